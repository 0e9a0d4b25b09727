"""Convolution weights out of an ONNX file, by the order in which its graph runs them.

An exported graph has lost the names of the modules, but its Conv nodes stand in the order of the forward
pass. Only what the published files have is read: float32 tensors inside the file, normalisations folded.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from leffa.checkpoint import Checkpoint
from leffa.errors import WeightsMismatch, WeightsMissing, WeightsUnreadable, WeightsUnsafe
from leffa.preprocessing.parsing.protobuf import Reader, Span, number_of, span_of

# Field numbers of onnx.proto, of those messages and fields that are looked at.
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER = 1, 5
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATION, _NODE_ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_TENSOR = 5
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_FLOATS, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 4, 8, 9
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14
_FLOAT32 = 1

_STORED = np.dtype("<f4")
_MOST_FIELDS = 1_000_000  # the published graphs have some ten thousand
_MOST_DIMS = 8
_LONGEST_NAME = 1000


@dataclass(frozen=True)
class _Tensor:
    shape: tuple[int, ...]
    data: memoryview

    def read(self) -> Tensor:
        """In memory of its own: numbers in the map may lie at odd addresses."""
        numbers = np.frombuffer(self.data, dtype=_STORED).astype(np.float32)
        return torch.from_numpy(numbers.reshape(self.shape))


@dataclass
class _Graph:
    tensors: dict[bytes, _Tensor] = field(default_factory=dict)
    convs: list[list[bytes]] = field(default_factory=list)  # the names of each node's inputs
    same: list[tuple[bytes, bytes]] = field(default_factory=list)  # a new name, and the name it stands for
    normalisations: int = 0


def open_onnx(path: Path, convs: Sequence[str]) -> Checkpoint:
    """The tensors `<conv>.weight` and `<conv>.bias` of an ONNX file whose Conv nodes are `convs`, in order.

    The file is memory-mapped, and a tensor is copied out of it when it is read. A convolution that runs
    several times stands in `convs` several times, and must have the same weights each time.

    Raises `WeightsMissing`; `WeightsUnsafe` (tensors in other files); `WeightsUnreadable`;
    `WeightsMismatch` (other convolutions, or normalisations that are not folded).
    """
    if not path.is_file():
        raise WeightsMissing(f"no weights file at {path}")
    try:
        tensors = _match(_read_graph(_map(path)), convs)
    except (WeightsMismatch, WeightsUnreadable, WeightsUnsafe) as error:
        raise type(error)(f"{path.name} {error}") from error
    shapes = {key: tensor.shape for key, tensor in tensors.items()}
    return Checkpoint(path, shapes, lambda key: tensors[key].read())


def _map(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:  # a ValueError where the file is empty
        raise WeightsUnreadable(f"cannot be read: {error}") from error


def _match(graph: _Graph, convs: Sequence[str]) -> dict[str, _Tensor]:
    if graph.normalisations:
        raise WeightsMismatch(f"has {graph.normalisations} normalisations that are not folded")
    if len(graph.convs) != len(convs):
        raise WeightsMismatch(f"has {len(graph.convs)} convolutions instead of {len(convs)}")
    tensors: dict[str, _Tensor] = {}
    for conv, inputs in zip(convs, graph.convs, strict=True):
        if len(inputs) != 3:
            raise WeightsMismatch(f"has {len(inputs)} inputs of {conv} instead of picture, weight and bias")
        for kind, name in zip(("weight", "bias"), inputs[1:], strict=True):
            key, tensor = f"{conv}.{kind}", graph.tensors.get(name)
            if tensor is None:
                raise WeightsMismatch(f"has no float32 tensor for {key}")
            known = tensors.setdefault(key, tensor)
            if known is not tensor and known != tensor:
                raise WeightsMismatch(f"has two different tensors for {key}")
    return tensors


def _read_graph(data: memoryview) -> _Graph:
    reader, graph = Reader(data, _MOST_FIELDS), _Graph()
    found = [value for number, value in reader.fields(Span(0, len(data))) if number == _MODEL_GRAPH]
    if len(found) != 1:
        raise WeightsUnreadable("is no ONNX model, or damaged")
    for number, value in reader.fields(span_of(found[0])):
        if number == _GRAPH_NODE:
            _read_node(reader, span_of(value), graph)
        elif number == _GRAPH_INITIALIZER:
            name, tensor = _read_tensor(reader, span_of(value))
            if tensor:
                graph.tensors[name] = tensor
    for new, old in graph.same:
        if old in graph.tensors:
            graph.tensors[new] = graph.tensors[old]
    return graph


def _read_node(reader: Reader, node: Span, graph: _Graph) -> None:
    operation = b""
    inputs: list[bytes] = []
    outputs: list[bytes] = []
    attributes: list[Span] = []
    for number, value in reader.fields(node):
        if number == _NODE_INPUT:
            inputs.append(_name(reader, value))
        elif number == _NODE_OUTPUT:
            outputs.append(_name(reader, value))
        elif number == _NODE_OPERATION:
            operation = _name(reader, value)
        elif number == _NODE_ATTRIBUTE:
            attributes.append(span_of(value))
    if operation == b"Conv":
        graph.convs.append(inputs)
    elif operation == b"BatchNormalization":
        graph.normalisations += 1
    elif operation == b"Identity":  # an exporter's way to use one tensor under two names
        graph.same.extend(zip(outputs, inputs, strict=False))
    elif operation == b"Constant":
        values = (value for attribute in attributes for value in _tensors_of(reader, attribute))
        graph.tensors.update(zip(outputs, values, strict=False))


def _tensors_of(reader: Reader, attribute: Span) -> list[_Tensor]:
    found = (value for number, value in reader.fields(attribute) if number == _ATTRIBUTE_TENSOR)
    tensors = [_read_tensor(reader, span_of(value))[1] for value in found]
    return [tensor for tensor in tensors if tensor]


def _read_tensor(reader: Reader, message: Span) -> tuple[bytes, _Tensor | None]:
    """Name and tensor, or no tensor where its type is none that a convolution has (sizes and axes)."""
    name, data_type = b"", 0
    shape: list[int] = []
    data: list[memoryview] = []
    for number, value in reader.fields(message):
        if number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and value != 0):
            raise WeightsUnsafe("was refused: it wants tensors from other files")
        if number == _TENSOR_NAME:
            name = _name(reader, value)
        elif number == _TENSOR_TYPE:
            data_type = number_of(value)
        elif number == _TENSOR_DIMS:
            for side in [value] if isinstance(value, int) else reader.varints(value):
                shape.append(side)
                if len(shape) > _MOST_DIMS:
                    raise WeightsUnreadable(f"has a tensor of more than {_MOST_DIMS} dimensions")
        elif number in (_TENSOR_FLOATS, _TENSOR_RAW):  # the same bytes, both little-endian
            data.append(reader.bytes_of(value))
    if data_type != _FLOAT32:
        return name, None
    numbers = data[0] if data else memoryview(b"")
    if len(data) > 1 or len(numbers) != math.prod(shape) * _STORED.itemsize:
        raise WeightsUnreadable(f"has a tensor whose data do not fill its shape {shape}")
    return name, _Tensor(tuple(shape), numbers)


def _name(reader: Reader, value: int | Span) -> bytes:
    text = reader.bytes_of(value)
    if len(text) > _LONGEST_NAME:
        raise WeightsUnreadable(f"has a name of {len(text)} bytes")
    return bytes(text)
