"""From a folder's name to a model."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from leffa import mini
from leffa.control import ModelName
from leffa.errors import WeightsMismatch, WeightsMissing
from leffa.presets import (
    DEEP_FASHION,
    DRESS_CODE,
    MINI,
    MINI_POSE,
    MINIS,
    PUBLISHED,
    VITON_HD,
    Preset,
)
from leffa.weights import find_preset, load_model
from tests.leffa.published import Files


def write_folder(files: Files, folder: Path) -> Path:
    """In the layout of the published repository."""
    shutil.copytree(files.base, folder / files.base.name)
    shutil.copy(files.checkpoint, folder)
    return folder


def test_a_folder_has_the_published_presets_and_the_mini_model_its_own() -> None:
    assert [find_preset("some/folder", model) for model in PUBLISHED] == [VITON_HD, DRESS_CODE, DEEP_FASHION]
    assert [find_preset("mini", model) for model in MINIS] == [MINI, MINI_POSE]


def test_what_no_mini_model_does_says_what_is_needed() -> None:
    with pytest.raises(WeightsMissing, match="mini dress_code; it needs the published weights: --weights"):
        find_preset("mini", "dress_code")


@pytest.mark.parametrize("model", MINIS)
def test_the_mini_models_come_along(model: ModelName) -> None:
    loaded = load_model("mini", MINIS[model])
    assert loaded.dtype == torch.float32
    assert not loaded.training
    width, height = MINI.work_size
    assert width % loaded.vae_scale_factor == height % loaded.vae_scale_factor == 0


def test_precision_is_chosen_when_loading() -> None:
    assert {p.dtype for p in load_model("mini", MINI, torch.bfloat16).parameters()} == {torch.bfloat16}


@pytest.mark.parametrize(("kind", "preset"), [("sd15", VITON_HD), ("sdxl", DEEP_FASHION)])
def test_a_published_folder_is_found_by_its_names(
    files: dict[str, Files], tmp_path: Path, kind: str, preset: Preset
) -> None:
    assert load_model(write_folder(files[kind], tmp_path), preset).latent_channels == 4


def test_a_pth_does_where_there_is_no_safetensors(files: dict[str, Files], tmp_path: Path) -> None:
    shutil.copytree(files["sd15"].base, tmp_path / VITON_HD.base)
    torch.save(load_file(files["sd15"].checkpoint), tmp_path / "virtual_tryon.pth")
    assert load_model(tmp_path, VITON_HD).latent_channels == 4


@pytest.mark.parametrize("preset", [VITON_HD, DRESS_CODE, DEEP_FASHION], ids=lambda preset: preset.model)
def test_a_missing_file_is_named(preset: Preset, tmp_path: Path) -> None:
    name = preset.checkpoint
    with pytest.raises(WeightsMissing, match=rf"{name}\.safetensors or {name}\.pth in "):
        load_model(tmp_path, preset)


def test_missing_configurations_are_named(files: dict[str, Files], tmp_path: Path) -> None:
    shutil.copy(files["sd15"].checkpoint, tmp_path / "virtual_tryon.safetensors")
    with pytest.raises(WeightsMissing, match="config"):
        load_model(tmp_path, VITON_HD)


def test_weights_of_another_model_are_refused(files: dict[str, Files], tmp_path: Path) -> None:
    shutil.copytree(files["sd15"].base, tmp_path / VITON_HD.base)
    shutil.copy(mini.FOLDER / f"{MINI.checkpoint}.safetensors", tmp_path / "virtual_tryon.safetensors")
    with pytest.raises(WeightsMismatch, match=r"virtual_tryon\.safetensors does not fit this model"):
        load_model(tmp_path, VITON_HD)
