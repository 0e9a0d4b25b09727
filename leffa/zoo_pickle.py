"""Weights of detectron2's model zoo (`.pkl`): a pickle of numpy arrays, read without Python's unpickler.

Such a file is a program for a small stack machine. The machine here knows the instructions that build
dictionaries, lists, tuples, strings, numbers and arrays; names of functions and classes are looked up in a
small table and stand for what is done here, never for anything imported. Everything else is refused when it
is met, and nothing of it runs. Memory is a small multiple of the file's size.
"""

from __future__ import annotations

import math
import pickletools
import struct
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leffa.errors import WeightsUnreadable, WeightsUnsafe

MOST_BYTES = 2**30  # four times the published file
_MOST_INSTRUCTIONS = 500_000  # about fifty times the published file's
_MOST_DIMENSIONS = 8
_LONGEST_NAME = 256
_MODEL = "model"

Array = NDArray[Any]


class _Global(Enum):
    """What a name in the file stands for."""

    ORDERED_DICT = "collections.OrderedDict"
    NDARRAY = "numpy.ndarray"
    DTYPE = "numpy.dtype"
    RECONSTRUCT = "numpy.core.multiarray._reconstruct"
    SCALAR = "numpy.core.multiarray.scalar"
    ENCODE = "_codecs.encode"


_GLOBALS = {tuple(name.value.rsplit(".", 1)): name for name in _Global} | {
    ("numpy._core.multiarray", "_reconstruct"): _Global.RECONSTRUCT,
    ("numpy._core.multiarray", "scalar"): _Global.SCALAR,
}
_DTYPES = {code: np.dtype(f"<{code}") for code in ("f4", "f8", "i8")}


class _Blank:
    """An array whose shape and content are still to come (`_reconstruct`, then `BUILD`)."""

    array: Array | None = None


def read_zoo(path: Path) -> dict[str, Array]:
    """The arrays of the file's `model` by name: float32, float64 or int64, not to be written to.

    Raises `WeightsUnsafe` for anything but arrays and plain values (the message says what);
    `WeightsUnreadable` for damage, for plain values that are no weights, and for more than `MOST_BYTES`.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise WeightsUnreadable(f"{path.name} has {size} bytes, at most {MOST_BYTES} are accepted")
        data = path.read_bytes()
    except OSError as error:
        raise WeightsUnreadable(f"{path.name}: {error.strerror}") from error
    try:
        content = _Machine(data).run()
    except _Refused as refusal:
        raise WeightsUnsafe(f"{path.name} was refused, nothing in it was run: it {refusal}") from refusal
    except (_Damaged, LookupError, UnicodeError) as error:
        reason = str(error) if isinstance(error, _Damaged) else "its instructions make no sense"
        raise WeightsUnreadable(f"{path.name} is no pickle of weights, or damaged: {reason}") from error
    model = content.get(_MODEL) if isinstance(content, dict) else None
    if not isinstance(model, dict):
        raise WeightsUnreadable(f"{path.name} holds no dictionary called {_MODEL}")
    return {name: _finished(value, name, path) for name, value in model.items()}


def _finished(value: object, name: str, path: Path) -> Array:
    array = value.array if isinstance(value, _Blank) else value
    if not isinstance(array, np.ndarray):
        raise WeightsUnreadable(f"{path.name}: {name} is no array")
    return array


class _Refused(Exception):
    """The file holds what weights do not need."""


class _Damaged(Exception):
    """The file breaks off, or its lengths contradict each other."""


class _Machine:
    """Runs one file. Every length is checked against what is left of the file, before anything is made."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.stack: list[Any] = []
        self.outer: list[list[Any]] = []  # stacks below each mark
        self.memo: dict[int, Any] = {}
        self.encoded = 0

    def run(self) -> object:
        for _ in range(_MOST_INSTRUCTIONS):
            code = self.take(1)
            if code == b".":
                if self.position < len(self.data) or self.outer or len(self.stack) != 1:
                    raise _Damaged("it does not end where it says so")
                return self.stack.pop()
            if (instruction := _INSTRUCTIONS.get(code)) is None:
                raise _unknown(code)
            instruction(self)
        raise _Refused(f"has more than {_MOST_INSTRUCTIONS} instructions")

    def take(self, count: int) -> bytes:
        start, self.position = self.position, self.position + count
        if count < 0 or self.position > len(self.data):
            raise _Damaged("it ends early")
        return self.data[start : self.position]

    def number(self, layout: str) -> Any:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def line(self) -> str:
        end = self.data.find(b"\n", self.position, self.position + _LONGEST_NAME)
        if end < 0:
            raise _Damaged("a name has no end")
        text = self.take(end - self.position).decode("utf-8")
        self.position += 1
        return text

    def unmark(self) -> list[Any]:
        """What lies above the last mark; the machine goes on below it."""
        above, self.stack = self.stack, self.outer.pop()
        return above

    def mark(self) -> None:
        self.outer.append(self.stack)
        self.stack = []

    def remember(self, index: int) -> None:
        self.memo[index] = self.stack[-1]

    def push_tuple(self, count: int) -> None:
        values = tuple(self.stack.pop() for _ in range(count))
        self.stack.append(values[::-1])

    def append(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise _Refused(f"appends to {_name(target)}")
        target.extend(values)

    def set_items(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not dict:
            raise _Refused(f"sets items of {_name(target)}")
        if len(values) % 2:
            raise _Damaged("a key has no value")
        for key, value in zip(values[::2], values[1::2], strict=True):
            # Nothing but a string: to hash a deeply nested tuple overflows the C stack.
            if type(key) is not str or len(key) > _LONGEST_NAME or not key.isprintable():
                raise _Refused(f"has {_name(key)} as a key, and not a short printable string")
            target[key] = value

    def find(self, module: object, name: object) -> None:
        if type(module) is not str or type(name) is not str:
            raise _Refused("has a name that is no string")
        if (found := _GLOBALS.get((module, name))) is None:
            raise _Refused(f"names {ascii(f'{module}.{name}'[:_LONGEST_NAME])[1:-1]}")
        self.stack.append(found)

    def reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        match function, arguments:
            case _Global.ORDERED_DICT, ():
                made: object = {}
            case _Global.DTYPE, (str(code), 0 | 1, 0 | 1) if code in _DTYPES:
                made = _DTYPES[code]
            case _Global.DTYPE, (str(code), *_):
                raise _Refused(f"holds the number type {code[:_LONGEST_NAME]!a}")
            case _Global.ENCODE, (str(text), "latin1"):
                # One string may be encoded again and again.
                self.encoded += len(text)
                if self.encoded > len(self.data):
                    raise _Refused("unpacks to more than its size")
                made = text.encode("latin-1")
            case _Global.RECONSTRUCT, (_Global.NDARRAY, (0,), b"b" | "b"):
                made = _Blank()
            case _Global.SCALAR, (np.dtype() as dtype, bytes(content)):
                made = _array((), dtype, content)
            case _:
                raise _Refused(f"calls {_name(function)} with other arguments than arrays need")
        self.stack.append(made)

    def build(self) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        match target, state:
            case np.dtype(), (3, "<", None, None, None, -1, -1, 0):
                pass  # what numpy writes for a plain little-endian type: no fields, no sub-array, no size
            case _Blank(array=None), (1, tuple(shape), np.dtype() as dtype, 0 | 1 as fortran, content):
                # Python 2 wrote bytes as strings.
                raw = content.encode("latin-1") if type(content) is str else content
                if type(raw) is not bytes:
                    raise _Refused(f"holds an array made of {_name(raw)}")
                target.array = _array(shape, dtype, raw, order="F" if fortran else "C")
            case _:
                raise _Refused(f"gives {_name(target)} a state that arrays do not have")


def _array(shape: tuple[Any, ...], dtype: np.dtype[Any], raw: bytes, order: Any = "C") -> Array:
    if len(shape) > _MOST_DIMENSIONS or any(type(side) is not int or side < 1 for side in shape):
        raise _Refused("holds an array of an impossible shape")
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise _Damaged(f"an array of {math.prod(shape)} numbers has {len(raw)} bytes")
    return np.frombuffer(raw, dtype).reshape(shape, order=order)


def _name(value: object) -> str:
    """What to call a value in a message, without showing it."""
    return value.value if isinstance(value, _Global) else f"a value of type {type(value).__name__}"


def _unknown(code: bytes) -> _Refused | _Damaged:
    for instruction in pickletools.opcodes:
        if instruction.code.encode("latin-1") == code:
            return _Refused(f"holds the instruction {instruction.name}")
    return _Damaged(f"{code!r} is no instruction")


Instruction = Callable[[_Machine], object]


def _push(read: Callable[[_Machine], object]) -> Instruction:
    def push(machine: _Machine) -> None:
        value = read(machine)  # may put another stack in place
        machine.stack.append(value)

    return push


def _text(layout: str, encoding: str) -> Instruction:
    return _push(lambda machine: machine.take(machine.number(layout)).decode(encoding))


def _bytes(layout: str) -> Instruction:
    return _push(lambda machine: machine.take(machine.number(layout)))


def _find_on_stack(machine: _Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    machine.find(module, name)


def _set_item(machine: _Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    machine.set_items([key, value])


_INSTRUCTIONS: dict[bytes, Instruction] = {
    # Protocol and length of a frame say nothing that is needed.
    b"\x80": lambda machine: machine.take(1),
    b"\x95": lambda machine: machine.take(8),
    b"(": _Machine.mark,
    b"}": _push(lambda _: {}),
    b"]": _push(lambda _: []),
    b")": _push(lambda _: ()),
    b"\x85": lambda machine: machine.push_tuple(1),
    b"\x86": lambda machine: machine.push_tuple(2),
    b"\x87": lambda machine: machine.push_tuple(3),
    b"t": _push(lambda machine: tuple(machine.unmark())),
    b"a": lambda machine: machine.append([machine.stack.pop()]),
    b"e": lambda machine: machine.append(machine.unmark()),
    b"s": _set_item,
    b"u": lambda machine: machine.set_items(machine.unmark()),
    b"q": lambda machine: machine.remember(machine.number("<B")),
    b"r": lambda machine: machine.remember(machine.number("<I")),
    b"\x94": lambda machine: machine.remember(len(machine.memo)),
    b"h": _push(lambda machine: machine.memo[machine.number("<B")]),
    b"j": _push(lambda machine: machine.memo[machine.number("<I")]),
    b"N": _push(lambda _: None),
    b"\x88": _push(lambda _: True),
    b"\x89": _push(lambda _: False),
    b"K": _push(lambda machine: machine.number("<B")),
    b"M": _push(lambda machine: machine.number("<H")),
    b"J": _push(lambda machine: machine.number("<i")),
    b"G": _push(lambda machine: machine.number(">d")),
    b"X": _text("<I", "utf-8"),
    b"\x8c": _text("<B", "utf-8"),
    b"\x8d": _text("<Q", "utf-8"),
    b"T": _text("<i", "latin-1"),
    b"U": _text("<B", "latin-1"),
    b"B": _bytes("<I"),
    b"C": _bytes("<B"),
    b"\x8e": _bytes("<Q"),
    b"c": lambda machine: machine.find(machine.line(), machine.line()),
    b"\x93": _find_on_stack,
    b"R": _Machine.reduce,
    b"b": _Machine.build,
}
