"""Published SCHP weights into a network: `.pth` is folded on the way, `.onnx` and `.safetensors` are folded.

Folded: a normalisation's scale and shift are multiplied into the convolution before it, which so gets a bias.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from leffa.checkpoint import Checkpoint, check_keys, load_into, open_checkpoint
from leffa.errors import WeightsUnreadable
from leffa.preprocessing.parsing.network import ParserKind, SchpNetwork, build_network, conv_order
from leffa.preprocessing.parsing.onnx_weights import open_onnx

Gamma = Literal["abs", "raw"]
"""How a stored scale w is meant: |w| + eps, as the networks were trained (InPlaceABN), or w as it is stored,
as the published demo's mask path reads it. They differ where w is negative."""

_EPS = 1e-5
_PLAIN = ("decoder.conv4", "edge.conv4", "edge.conv5", "fushion.3")  # without normalisation, with a bias
_NORM_TENSORS = ("weight", "bias", "running_mean", "running_var")


def load_parser_network(
    path: Path,
    kind: ParserKind,
    *,
    gamma: Gamma = "abs",
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> SchpNetwork:
    """The network of `kind` with the weights at `path`: a published `.pth` or `.onnx`, or `convert_state`'s
    tensors as `.safetensors`.

    `gamma` matters for `.pth` only; in the other forms it was decided when they were made.
    Raises `WeightsMissing`, `WeightsUnsafe`, `WeightsUnreadable`, `WeightsMismatch`.
    """
    network = build_network(kind)
    load_into(network, _folded_reader(path, network, gamma), dtype, device)
    return network.channels_last()


def convert_state(path: Path, kind: ParserKind, *, gamma: Gamma = "abs") -> Iterator[tuple[str, Tensor]]:
    """The folded weights of a published file by name, one after the other, to be kept as `.safetensors`.

    Arguments and errors as of `load_parser_network`.
    """
    network = build_network(kind)
    read = _folded_reader(path, network, gamma)
    for key in network.state_dict():
        yield key, read(key)


def published_shapes(network: SchpNetwork) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all tensors of the `.pth` that goes with `network`."""
    shapes: dict[str, tuple[int, ...]] = {}
    for key, tensor in network.state_dict().items():
        conv, _, kind = key.rpartition(".")
        if kind == "weight" or conv in _PLAIN:
            shapes[key] = tuple(tensor.shape)
        else:
            shapes |= {f"{_norm_of(conv)}.{name}": tuple(tensor.shape) for name in _NORM_TENSORS}
    return shapes


def _folded_reader(path: Path, network: SchpNetwork, gamma: Gamma) -> Callable[[str], Tensor]:
    match path.suffix:
        case ".pth":
            checkpoint = open_checkpoint(path)
            check_keys(checkpoint, published_shapes(network), unused=())
            return lambda key: _fold(checkpoint, key, gamma)
        case ".onnx":
            checkpoint = open_onnx(path, conv_order(network))
        case ".safetensors":
            checkpoint = open_checkpoint(path)
        case _:
            raise WeightsUnreadable(f"{path.name} is neither .pth nor .onnx nor .safetensors")
    shapes = {key: tuple(tensor.shape) for key, tensor in network.state_dict().items()}
    check_keys(checkpoint, shapes, unused=())
    return checkpoint.read


def _fold(checkpoint: Checkpoint, key: str, gamma: Gamma) -> Tensor:
    """A folded convolution's weight or bias, computed in float64."""
    conv, _, kind = key.rpartition(".")
    if conv in _PLAIN:
        return checkpoint.read(key)
    norm = _norm_of(conv)
    scale, shift, mean, variance = (checkpoint.read(f"{norm}.{name}").double() for name in _NORM_TENSORS)
    if gamma == "abs":
        scale = scale.abs() + _EPS
    scale = scale / torch.sqrt(variance + _EPS)
    if kind == "bias":
        return shift - mean * scale
    return checkpoint.read(key).double() * scale[:, None, None, None]


def _norm_of(conv: str) -> str:
    """`conv1` is followed by `bn1`, `decoder.conv3.2` by `decoder.conv3.3`."""
    before, dot, last = conv.rpartition(".")
    if last.startswith("conv"):
        return f"{before}{dot}{last.replace('conv', 'bn')}"
    return f"{before}.{int(last) + 1}"
