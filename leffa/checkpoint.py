"""Weights files as mappings of tensors: checked by name and shape before any of them is read.

`.safetensors` and zip-format `.pth` files are memory-mapped; `.pth` is read with `weights_only=True`, `.pkl`
without any unpickler (`leffa.zoo_pickle`), so a pickle that names anything but tensors is refused and
nothing of it runs.
"""

from __future__ import annotations

import pickle
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from leffa.errors import WeightsMismatch, WeightsMissing, WeightsUnreadable, WeightsUnsafe
from leffa.zoo_pickle import read_zoo

_SHOWN = 5
# What `DataParallel` writes before every name.
_PARALLEL = "module."
# How torch's restricted unpickler names what a weights file has no business with.
_FORBIDDEN = re.compile(r"GLOBAL (\w[\w.]*)")
# What `torch.load` lets through of damaged bytes.
_DAMAGED = (
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    MemoryError,
    struct.error,
    zipfile.BadZipFile,
)


@dataclass(frozen=True)
class Checkpoint:
    """An opened weights file: shapes by key, and a way to read one tensor (still on CPU).

    mapped: tensors are views of the file; the old torch format is in memory as a whole instead.
    """

    path: Path
    shapes: dict[str, tuple[int, ...]]
    read: Callable[[str], Tensor]
    mapped: bool = True


def open_checkpoint(path: Path) -> Checkpoint:
    """Open a `.safetensors`, `.pth` or `.pt` file without copying its tensors into memory, or a `.pkl` file.

    What a training left around the tensors is taken off: the one entry `state_dict`, and `module.`
    before every name. A `.pkl` file is one of detectron2's model zoo: arrays under `model`.

    Raises `WeightsMissing`, `WeightsUnsafe` (more than tensors inside), `WeightsUnreadable`.
    """
    if not path.is_file():
        raise WeightsMissing(f"no weights file at {path}")
    match path.suffix:
        case ".safetensors":
            return _open_safetensors(path)
        case ".pkl":
            return _open_zoo(path)
        case _:
            return _open_pth(path)


def check_keys(
    checkpoint: Checkpoint, expected: Mapping[str, tuple[int, ...]], unused: Iterable[str]
) -> None:
    """Every expected key with its shape and no other, or else `WeightsMismatch` naming them.

    A file may also lack all of the `unused` keys (those that no forward pass reads), but not some.
    """
    unused = set(unused)
    if unused.isdisjoint(checkpoint.shapes):
        expected = {key: shape for key, shape in expected.items() if key not in unused}
    complaints = [
        *_complaint("missing", (key for key in expected if key not in checkpoint.shapes)),
        *_complaint("unexpected", (key for key in checkpoint.shapes if key not in expected)),
        *_complaint(
            "misshapen",
            (
                f"{key} {list(checkpoint.shapes[key])} instead of {list(shape)}"
                for key, shape in expected.items()
                if checkpoint.shapes.get(key, shape) != shape
            ),
        ),
    ]
    if complaints:
        raise WeightsMismatch(f"{checkpoint.path.name} does not fit this model: {'; '.join(complaints)}")


def load_into(
    module: nn.Module,
    read: Callable[[str], Tensor],
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> None:
    """Give every parameter and buffer of `module` (built on the meta device) the tensor of its name.

    Each goes from `read` straight to `dtype` on `device`; none of them wants a gradient.
    """
    for key in module.state_dict():
        path, _, name = key.rpartition(".")
        owner, tensor = module.get_submodule(path), read(key).to(device=device, dtype=dtype)
        if name in owner._buffers:
            owner.register_buffer(name, tensor)
        else:
            owner.register_parameter(name, nn.Parameter(tensor, requires_grad=False))


def _complaint(kind: str, keys: Iterable[str]) -> list[str]:
    found = list(keys)
    if not found:
        return []
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return [f"{len(found)} {kind}: {', '.join(found[:_SHOWN])}{more}"]


def _open_safetensors(path: Path) -> Checkpoint:
    try:
        file: Any = safe_open(path, framework="pt", device="cpu")  # a handle without types
        names: list[str] = file.keys()
        shapes = {key: tuple(file.get_slice(key).get_shape()) for key in names}
    except SafetensorError as error:
        raise WeightsUnreadable(f"{path.name} is no safetensors file: {error}") from error
    return Checkpoint(path, shapes, file.get_tensor)


def _open_pth(path: Path) -> Checkpoint:
    try:
        # The old torch format is no zip file and cannot be mapped; it is read once, as it is.
        mapped = zipfile.is_zipfile(path)
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        if found := _FORBIDDEN.search(str(error)):
            raise WeightsUnsafe(
                f"{path.name} was refused, nothing in it was run: it names {found[1]}"
            ) from error
        raise WeightsUnreadable(f"{path.name} is no torch file, or damaged") from error
    except _DAMAGED as error:
        reason = " ".join(str(error).split())
        raise WeightsUnreadable(f"{path.name} is no torch file, or damaged: {reason}") from error
    state = _unwrapped(state)
    if not isinstance(state, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in state.items()
    ):
        raise WeightsUnreadable(f"{path.name} is no flat state dict of tensors")
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    return Checkpoint(path, shapes, state.__getitem__, mapped)


def _open_zoo(path: Path) -> Checkpoint:
    arrays = read_zoo(path)
    shapes = {name: array.shape for name, array in arrays.items()}
    return Checkpoint(path, shapes, lambda name: torch.from_numpy(np.array(arrays[name], order="C")))


def _unwrapped(state: object) -> object:
    """The state dict without its wrapping; anything else as it is."""
    if isinstance(state, dict) and list(state) == ["state_dict"]:
        state = state["state_dict"]
    if isinstance(state, dict) and all(str(key).startswith(_PARALLEL) for key in state):
        state = {str(key).removeprefix(_PARALLEL): value for key, value in state.items()}
    return state
