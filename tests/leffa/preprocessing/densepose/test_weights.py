"""The published file and the converted one: the same network, and nothing but their tensors."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from leffa.checkpoint import Checkpoint
from leffa.errors import WeightsMismatch, WeightsMissing, WeightsUnreadable, WeightsUnsafe
from leffa.preprocessing.densepose.predictor import DensePose
from leffa.preprocessing.densepose.weights import (
    check_published,
    convert_state,
    network_shapes,
    published_shapes,
)
from tests.leffa.preprocessing.densepose.recorded import FOLDER
from tests.leffa.preprocessing.recipe import make_weights

STEM = "backbone.bottom_up.stem.conv1"


def shapes_of(names: dict[str, tuple[int, ...]]) -> Checkpoint:
    """A file of such tensors, none of which can be read."""
    return Checkpoint(Path("zoo.pkl"), names, dict[str, Tensor]().__getitem__)


def test_the_network_wants_exactly_the_published_tensors() -> None:
    published = {name: tuple(tensor.shape) for name, tensor in make_weights("densepose").items()}
    assert published_shapes() == published


def test_constants_beside_the_weights_are_ignored() -> None:
    constants = {
        "pixel_mean": (3, 1, 1),
        "pixel_std": (3, 1, 1),
        **{f"proposal_generator.anchor_generator.cell_anchors.{level}": (3, 4) for level in range(5)},
    }
    check_published(shapes_of(published_shapes() | constants))


@pytest.mark.parametrize("name", ["pixel_means", "proposal_generator.anchor_generator.weight", "module"])
def test_anything_else_beside_the_weights_is_named(name: str) -> None:
    with pytest.raises(WeightsMismatch, match=f"1 unexpected: {name}$"):
        check_published(shapes_of({**published_shapes(), name: (1,)}))


def test_a_missing_norm_and_a_misshapen_convolution_are_named() -> None:
    shapes = published_shapes() | {f"{STEM}.weight": (64, 4, 7, 7)}
    del shapes[f"{STEM}.norm.running_var"]
    with pytest.raises(WeightsMismatch) as caught:
        check_published(shapes_of(shapes))
    assert f"1 missing: {STEM}.norm.running_var" in str(caught.value)
    assert f"1 misshapen: {STEM}.weight [64, 4, 7, 7] instead of [64, 3, 7, 7]" in str(caught.value)


def test_a_folded_convolution_equals_the_convolution_and_its_norm() -> None:
    weights = make_weights("densepose")
    state = dict(convert_state(weights.__getitem__))
    x = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    mean, variance = weights[f"{STEM}.norm.running_mean"], weights[f"{STEM}.norm.running_var"]
    gamma, beta = weights[f"{STEM}.norm.weight"], weights[f"{STEM}.norm.bias"]
    expected = F.batch_norm(F.conv2d(x, weights[f"{STEM}.weight"]), mean, variance, gamma, beta, eps=1e-5)
    assert torch.allclose(F.conv2d(x, state[f"{STEM}.weight"], state[f"{STEM}.bias"]), expected, atol=1e-5)


@pytest.mark.slow
def test_the_published_file_and_the_converted_one_make_the_same_network(
    densepose: DensePose, tmp_path: Path
) -> None:
    weights = make_weights("densepose")
    zoo = {
        "model": OrderedDict((name, tensor.numpy()) for name, tensor in weights.items()),
        "__author__": "x",
    }
    zoo["model"]["pixel_mean"] = np.zeros((3, 1, 1), np.float32)  # type: ignore[index]
    published, converted = tmp_path / "model_final_162be9.pkl", tmp_path / "densepose.safetensors"
    with published.open("wb") as file:
        pickle.dump(zoo, file, protocol=4)
    save_file(dict(convert_state(weights.__getitem__)), converted)

    wanted = densepose.state_dict()
    for path in (published, converted):
        loaded = DensePose.from_checkpoint(path)
        assert not loaded.training
        assert not any(parameter.requires_grad for parameter in loaded.parameters())
        state = loaded.state_dict()
        assert state.keys() == wanted.keys()
        assert all(torch.equal(state[key], wanted[key]) for key in wanted)
        path.unlink()


def test_weights_are_converted_to_the_precision_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "densepose.safetensors"
    save_file(
        {name: torch.zeros(shape, dtype=torch.float16) for name, shape in network_shapes().items()}, path
    )
    loaded = DensePose.from_checkpoint(path, dtype=torch.bfloat16)
    path.unlink()
    assert {tensor.dtype for tensor in loaded.state_dict().values()} == {torch.bfloat16}


def test_files_that_are_no_such_weights_are_refused_by_kind(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing):
        DensePose.from_checkpoint(tmp_path / "nothing.pkl")
    with pytest.raises(WeightsUnsafe):
        DensePose.from_checkpoint(FOLDER / "loader" / "unsafe_sample.pkl")
    with pytest.raises(WeightsMismatch, match="unexpected: scalar_like"):
        DensePose.from_checkpoint(FOLDER / "loader" / "tiny_zoo_proto4.pkl")
    (tmp_path / "damaged.pkl").write_bytes(b"\x80\x04}")
    with pytest.raises(WeightsUnreadable):
        DensePose.from_checkpoint(tmp_path / "damaged.pkl")


def test_published_names_in_a_safetensors_file_are_no_converted_weights(tmp_path: Path) -> None:
    path = tmp_path / "densepose.safetensors"
    save_file({name: torch.zeros(1) for name in published_shapes()}, path)
    with pytest.raises(WeightsMismatch, match=r"missing: backbone\.bottom_up\.\S+\.bias"):
        DensePose.from_checkpoint(path)
