"""Published weights in the form that the network wants: each frozen norm folded into its convolution."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from leffa.checkpoint import Checkpoint, check_keys
from leffa.preprocessing.densepose.network import DensePoseRCNN

_EPS = 1e-5
# Constants that some files carry along; the network has them in its code.
_CONSTANT = re.compile(r"pixel_mean|pixel_std|(proposal_generator\.)?anchor_generator\.cell_anchors(\.\d+)?")
_NORMED = "backbone.bottom_up."


def network_shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor of `DensePoseRCNN` by name."""
    with torch.device("meta"):
        return {name: tuple(tensor.shape) for name, tensor in DensePoseRCNN().state_dict().items()}


def published_shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor of the published file by name: no biases in the ResNet, but norms."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in network_shapes().items():
        if name.startswith(_NORMED) and name.endswith(".bias"):
            shapes |= dict.fromkeys(_norm_names(name.removesuffix(".bias")), shape)
        else:
            shapes[name] = shape
    return shapes


def check_published(checkpoint: Checkpoint) -> None:
    """Raise `WeightsMismatch` unless these are the published tensors; known constants beside them may be."""
    shapes = {name: shape for name, shape in checkpoint.shapes.items() if not _CONSTANT.fullmatch(name)}
    check_keys(replace(checkpoint, shapes=shapes), published_shapes(), unused=())


def convert_state(read: Callable[[str], Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The network's tensors (float32, by its own names) from the published ones, one after the other.

    Written to a `.safetensors` file they are what `DensePose.from_checkpoint` takes, too.
    """
    for name in network_shapes():
        if not name.startswith(_NORMED):
            yield name, read(name).float()
        elif name.endswith(".weight"):
            conv = name.removesuffix(".weight")
            norm = (read(norm_name) for norm_name in _norm_names(conv))
            weight, bias = _fold(read(name), *norm)
            yield name, weight
            yield f"{conv}.bias", bias


def _norm_names(conv: str) -> list[str]:
    return [f"{conv}.norm.{part}" for part in ("weight", "bias", "running_mean", "running_var")]


def _fold(
    weight: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor
) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution that does the norm as well: gamma * (x - mean) / deviation + beta."""
    scale = gamma.double() / (variance.double() + _EPS).sqrt()
    bias = beta.double() - mean.double() * scale
    return (weight.double() * scale[:, None, None, None]).float(), bias.float()
