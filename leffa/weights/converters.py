"""How each kind of published file is turned into named tensors: one table.

A converter takes the published file's path and gives names and tensors under which our networks load them,
one at a time, in any order. It is called twice for one file, once for shapes and once for content, so it
should not touch content before it must. It raises `WeightsError`s, and never runs anything in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from torch import Tensor

from leffa.checkpoint import check_keys, open_checkpoint
from leffa.model import LeffaModel
from leffa.preprocessing.densepose.weights import check_published
from leffa.preprocessing.densepose.weights import convert_state as densepose_state
from leffa.preprocessing.parsing.weights import convert_state as parsing_state
from leffa.preprocessing.pose.openpose import open_openpose
from leffa.presets import DEEP_FASHION, DRESS_CODE, VITON_HD, Preset
from leffa.weights.layout import Part

Converter = Callable[[Path], Iterable[tuple[str, Tensor]]]

# Mapped pages that were read count as memory of this process until the mapping ends.
_WINDOW = 128 << 20


def leffa_tensors(preset: Preset, path: Path) -> Iterator[tuple[str, Tensor]]:
    """The weights of a Leffa checkpoint that a forward pass reads, after a strict check of all keys.

    The configurations of the model must lie beside it.
    """
    model, shapes = LeffaModel.without_memory(path.parent / preset.base)
    used = model.state_dict().keys()
    file = open_checkpoint(path)
    check_keys(file, shapes, unused=shapes.keys() - used)
    window = 0
    for key in used:
        if window > _WINDOW and file.mapped:
            file, window = open_checkpoint(path), 0
        tensor = file.read(key)
        window += tensor.nbytes
        yield key, tensor
        del tensor


def densepose_tensors(path: Path) -> Iterator[tuple[str, Tensor]]:
    """DensePose with its normalisations folded into the convolutions."""
    file = open_checkpoint(path)
    check_published(file)
    yield from densepose_state(file.read)


def parsing_tensors(path: Path) -> Iterator[tuple[str, Tensor]]:
    """A parsing network with its normalisations folded; which of the two, the published file's name says."""
    return parsing_state(path, "atr" if "atr" in path.stem else "lip")


def openpose_tensors(path: Path) -> Iterator[tuple[str, Tensor]]:
    """OpenPose as it is."""
    file = open_openpose(path)
    for key in file.shapes:
        yield key, file.read(key)


CONVERTERS: dict[Part, Converter] = {
    "viton_hd": partial(leffa_tensors, VITON_HD),
    "dress_code": partial(leffa_tensors, DRESS_CODE),
    "deep_fashion": partial(leffa_tensors, DEEP_FASHION),
    "densepose": densepose_tensors,
    "parsing_onnx": parsing_tensors,
    "parsing_torch": parsing_tensors,
    "openpose": openpose_tensors,
}
