"""A `.safetensors` file written tensor by tensor.

The library's own `save_file` wants all tensors in memory at once. The format is simple: the header's length
in 8 bytes (little endian), the header (JSON: dtype, shape and place of every tensor), then the bytes of the
tensors without gaps (https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from leffa.errors import WeightsMismatch
from leffa.weights.files import PART_SUFFIX, Watch, finish, require_room, room_for

# Names and tensors, one at a time; called twice, for the header and for the bytes.
Tensors = Callable[[], Iterable[tuple[str, Tensor]]]

_NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}
_ALIGNMENT = 8


@dataclass(frozen=True)
class _Place:
    dtype: torch.dtype
    shape: tuple[int, ...]
    start: int
    end: int


def write_tensors(
    path: Path,
    tensors: Tensors,
    dtype: torch.dtype,
    metadata: dict[str, str],
    watch: Watch,
) -> None:
    """Write `path`: floating-point tensors in `dtype`, integers as they are, one at a time.

    `path` appears when it is complete; whatever goes wrong, nothing of it is left (after a kill, a `.part`
    that the next run replaces). Raises `WeightsMismatch` for tensors that are
    no plain numbers or do not fit `dtype`, `DiskFull`.
    """
    places = _arrange({name: (_written_dtype(name, one, dtype), tuple(one.shape)) for name, one in tensors()})
    header = _header(places, metadata)
    size = max((place.end for place in places.values()), default=0)
    require_room(path.parent, len(header) + size)
    watch.begin_bytes(f"writing {path.name}", size)
    temporary = path.with_name(f"{path.name}{PART_SUFFIX}")
    try:
        with room_for(path), temporary.open("wb") as file:
            file.write(header)
            for name, tensor in tensors():
                _write(file, len(header), places[name], name, tensor)
                watch.add_bytes(places[name].end - places[name].start)
                del tensor  # before the next one is read
        finish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _written_dtype(name: str, tensor: Tensor, dtype: torch.dtype) -> torch.dtype:
    plain = tensor.layout is torch.strided and tensor.device.type == "cpu" and not tensor.is_quantized
    if plain and tensor.is_floating_point():
        return dtype
    if not plain or tensor.dtype not in _NAMES:
        raise WeightsMismatch(f"{name} is no plain tensor of numbers")
    return tensor.dtype


def _arrange(tensors: dict[str, tuple[torch.dtype, tuple[int, ...]]]) -> dict[str, _Place]:
    """Wide numbers first, so that every tensor is aligned; then by name: equal weights make equal files."""
    places, start = {}, 0
    for name, (dtype, shape) in sorted(tensors.items(), key=lambda item: (-item[1][0].itemsize, item[0])):
        end = start + dtype.itemsize * torch.Size(shape).numel()
        places[name] = _Place(dtype, shape, start, end)
        start = end
    return places


def _header(places: dict[str, _Place], metadata: dict[str, str]) -> bytes:
    content: dict[str, Any] = {"__metadata__": {"format": "pt"} | metadata}
    for name, place in places.items():
        content[name] = {
            "dtype": _NAMES[place.dtype],
            "shape": place.shape,
            "data_offsets": [place.start, place.end],
        }
    text = json.dumps(content, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text


def _write(file: BinaryIO, offset: int, place: _Place, name: str, tensor: Tensor) -> None:
    written = tensor.detach().to(place.dtype).contiguous()
    if place.dtype.is_floating_point and not torch.isfinite(written).all():
        kind = str(place.dtype).removeprefix("torch.")
        raise WeightsMismatch(f"{name} has values that {kind} cannot hold, or that are no numbers")
    file.seek(offset + place.start)
    file.write(written.reshape(-1).view(torch.uint8).numpy().data)
