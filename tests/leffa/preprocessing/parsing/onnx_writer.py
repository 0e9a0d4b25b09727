"""Just enough of an ONNX writer to make the files that the reader must take or refuse."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLOAT32, INT64 = 1, 7


def varint(value: int) -> bytes:
    groups = []
    while True:
        value, group = value >> 7, value & 0x7F
        groups.append(group | (0x80 if value else 0))
        if not value:
            return bytes(groups)


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def part(field: int, content: bytes | str) -> bytes:
    """A text, a message or packed numbers."""
    data = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(
    name: str,
    values: NDArray[np.float32],
    *,
    as_floats: bool = False,
    packed_dims: bool = False,
    data_type: int = FLOAT32,
) -> bytes:
    """A TensorProto, in one of the forms that exporters write."""
    if packed_dims:
        dims = part(1, b"".join(varint(side) for side in values.shape))
    else:
        dims = b"".join(number(1, side) for side in values.shape)
    data = values.astype("<f4").tobytes()
    return dims + number(2, data_type) + part(8, name) + part(4 if as_floats else 9, data)


def node(operation: str, inputs: Iterable[str], output: str, attributes: bytes = b"") -> bytes:
    texts = b"".join(part(1, name) for name in inputs)
    return texts + part(2, output) + part(3, f"{operation}_{output}") + part(4, operation) + attributes


def constant(output: str, values: NDArray[np.float32]) -> bytes:
    """A Constant node, holding its tensor in the attribute `value`."""
    attribute = part(1, "value") + part(5, tensor("", values)) + number(20, 4)
    return node("Constant", [], output, part(5, attribute))


def strides(attribute: str, values: Sequence[int]) -> bytes:
    """An attribute of whole numbers, of the kind that every Conv node has."""
    return part(5, part(1, attribute) + b"".join(number(8, value) for value in values) + number(20, 7))


def model(nodes: Iterable[bytes], initializers: Iterable[bytes]) -> bytes:
    """A ModelProto with some of what stands around a graph."""
    graph = b"".join(part(1, one) for one in nodes) + part(2, "torch-jit-export")
    graph += b"".join(part(5, one) for one in initializers)
    graph += part(11, part(1, "input.1")) + part(12, part(1, "output"))
    opset = number(2, 11)
    return number(1, 6) + part(2, "pytorch") + part(3, "1.9") + part(7, graph) + part(8, opset)


def write_sparse(path: Path, weights: Iterable[tuple[str, tuple[int, ...]]], nodes: Iterable[bytes]) -> None:
    """A model file whose tensors hold zeros that take no room on the disk, but for the last value (1.0)."""
    pieces: list[tuple[bytes, int]] = []  # what is written, and the zeros that follow
    for name, shape in weights:
        size = 4 * int(np.prod(shape))
        head = b"".join(number(1, side) for side in shape) + number(2, FLOAT32) + part(8, name)
        head += varint(9 << 3 | 2) + varint(size)
        pieces.append((varint(5 << 3 | 2) + varint(len(head) + size) + head, size))
    front = b"".join(part(1, one) for one in nodes)
    length = len(front) + sum(len(head) + size for head, size in pieces)
    with path.open("wb") as file:
        file.write(varint(7 << 3 | 2) + varint(length) + front)
        for head, size in pieces:
            file.write(head)
            file.seek(size - 4, 1)
            file.write(struct.pack("<f", 1.0))
