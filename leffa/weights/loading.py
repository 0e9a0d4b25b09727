"""Which files make which model: a folder in the layout of the published repository, or the mini models."""

from __future__ import annotations

from pathlib import Path

import torch

from leffa import mini
from leffa.control import ModelName
from leffa.errors import WeightsMissing
from leffa.model import LeffaModel
from leffa.presets import MINIS, PUBLISHED, Preset
from leffa.weights.folder import find_files
from leffa.weights.preset_file import read_preset

MINI_NAME = "mini"


def find_preset(weights: str | Path, model: ModelName) -> Preset:
    """The preset of `model` for these weights: the folder's own (`leffa train` writes one), or the published.

    Raises `WeightsMissing` where the mini model has none, `WeightsUnreadable` for a damaged one.
    """
    if str(weights) != MINI_NAME:
        return read_preset(Path(weights), model) or PUBLISHED[model]
    if model not in MINIS:
        raise WeightsMissing(f"there is no mini {model}; it needs the published weights: --weights FOLDER")
    return MINIS[model]


def load_model(
    weights: str | Path,
    preset: Preset,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> LeffaModel:
    """The model of `preset` from `weights`: `"mini"`, or a folder in the published layout.

    A converted checkpoint (`.safetensors`) is taken before the published `.pth`. Raises `WeightsError`s; a
    missing file is named.
    """
    folder = mini.FOLDER if str(weights) == MINI_NAME else Path(weights)
    (checkpoint,) = find_files(folder, preset.model)
    return LeffaModel.from_published(folder / preset.base, checkpoint, dtype, device)
