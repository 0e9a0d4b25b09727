"""Model-zoo pickles: weights are read as they were written, and nothing in a file ever runs."""

from __future__ import annotations

import copyreg
import io
import os
import pickle
import struct
import tracemalloc
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from leffa import zoo_pickle
from leffa.checkpoint import open_checkpoint
from leffa.errors import WeightsError, WeightsUnreadable, WeightsUnsafe
from leffa.zoo_pickle import read_zoo

RECORDED = Path(__file__).parents[1] / "data" / "preprocess" / "densepose" / "loader"


def named(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def text(value: str) -> bytes:
    return b"\x8c" + bytes([len(value)]) + value.encode()


BLANK = named("numpy.core.multiarray", "_reconstruct") + named("numpy", "ndarray") + b"K\x00\x85C\x01b\x87R"
PLAIN_STATE = b"(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
TWO_NUMBERS = b"C\x08" + struct.pack("<2f", 1.0, 2.0)
PAIR, FALSE = b"K\x02\x85", b"\x89"


def dtype_of(code: str, state: bytes = PLAIN_STATE) -> bytes:
    return named("numpy", "dtype") + text(code) + b"\x89\x88\x87R" + state


def array_of(shape: bytes = PAIR, dtype: bytes = dtype_of("f4"), raw: bytes = TWO_NUMBERS) -> bytes:
    return BLANK + b"(K\x01" + shape + dtype + FALSE + raw + b"tb"


def file_of(value: bytes) -> bytes:
    """A whole file: a model with one entry, `w`, that these instructions make."""
    return b"\x80\x04}" + text("model") + b"}" + text("w") + value + b"ss."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "zoo.pkl"


def weights() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return OrderedDict(
        {
            "conv.weight": rng.standard_normal((4, 3, 2, 2)).astype(np.float32),
            "transposed": np.asfortranarray(rng.standard_normal((3, 5))),
            "count": np.arange(6).reshape(2, 3),
            "without shape": np.array(2.5, np.float32),
            "scalar": np.float64(0.25),
        }
    )


@pytest.mark.parametrize("name", ["tiny_zoo_proto2.pkl", "tiny_zoo_proto4.pkl"])
def test_recorded_files_hold_the_recorded_tensors(name: str) -> None:
    checkpoint = open_checkpoint(RECORDED / name)
    with np.load(RECORDED / "expected.npz") as expected:
        assert len(expected.files) == 2
        for key in expected.files:
            assert checkpoint.shapes[key] == expected[key].shape
            np.testing.assert_array_equal(checkpoint.read(key).numpy(), expected[key])


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_every_protocol_order_and_number_type_is_read_as_written(protocol: int, path: Path) -> None:
    file = {"model": weights(), "__author__": "somebody", "version": [1, 2.5, None, True, 70_000]}
    path.write_bytes(pickle.dumps(file, protocol=protocol))

    checkpoint = open_checkpoint(path)

    assert list(checkpoint.shapes) == list(weights())
    for key, value in weights().items():
        read = checkpoint.read(key)
        assert read.is_contiguous()
        assert read.numpy().dtype == value.dtype
        np.testing.assert_array_equal(read.numpy(), value)


def test_bytes_that_python_2_wrote_as_strings_are_read(path: Path) -> None:
    raw = b"T\x08\x00\x00\x00" + struct.pack("<2f", -1.0, 2.0)
    path.write_bytes(file_of(array_of(raw=raw)).replace(b"C\x01b", b"U\x01b"))
    assert read_zoo(path)["w"].tolist() == [-1.0, 2.0]


def test_changing_a_tensor_changes_neither_the_file_nor_the_next_reading(path: Path) -> None:
    path.write_bytes(file_of(array_of()))
    checkpoint = open_checkpoint(path)
    checkpoint.read("w").zero_()
    assert checkpoint.read("w").tolist() == [1.0, 2.0]
    assert path.read_bytes() == file_of(array_of())


# What Python's own unpickler would run. Each of these makes a folder.
FOLDER = "made-by-a-pickle"
MKDIR, ARGUMENTS = named("os", "mkdir"), text(FOLDER) + b"\x85"
CODE = f"__import__('os').mkdir('{FOLDER}')"
EXTENSION = 240
LIVE: dict[str, tuple[bytes, str]] = {
    "function": (MKDIR + ARGUMENTS + b"R", r"names os\.mkdir"),
    "function in text form": (MKDIR + f"(S'{FOLDER}'\ntR".encode(), r"names os\.mkdir"),
    "function by stack": (text("os") + text("mkdir") + b"\x93" + ARGUMENTS + b"R", r"names os\.mkdir"),
    "attribute of a module": (
        text("pathlib") + text("os.mkdir") + b"\x93" + ARGUMENTS + b"R",
        r"names pathlib\.os\.mkdir",
    ),
    "attribute of numpy": (
        text("numpy") + text("ndarray.__class__.__subclasses__") + b"\x930" + MKDIR + ARGUMENTS + b"R",
        r"names numpy\.ndarray\.__class__\.__subclasses__",
    ),
    "eval": (named("builtins", "eval") + text(CODE) + b"\x85R", r"names builtins\.eval"),
    "instance": (b"(" + text(FOLDER) + b"ios\nmkdir\n", "instruction INST"),
    "object": (b"(" + MKDIR + text(FOLDER) + b"o", r"names os\.mkdir"),
    "extension": (b"\x82" + bytes([EXTENSION]) + ARGUMENTS + b"R", "instruction EXT1"),
    "inside a container": (b"](" + MKDIR + ARGUMENTS + b"RK\x01e", r"names os\.mkdir"),
    "as a dictionary's key": (b"}" + MKDIR + ARGUMENTS + b"RK\x01s", r"names os\.mkdir"),
    "after a whole array": (array_of() + b"0" + MKDIR + ARGUMENTS + b"R", "instruction POP"),
}


@pytest.fixture
def registered() -> Iterator[None]:
    """`os.mkdir` as a short code, which Python's unpickler then finds without asking for its name."""
    copyreg.add_extension(os.mkdir.__module__, "mkdir", EXTENSION)
    yield
    copyreg.remove_extension(os.mkdir.__module__, "mkdir", EXTENSION)
    copyreg.clear_extension_cache()


@pytest.mark.parametrize(("instructions", "reason"), LIVE.values(), ids=list(LIVE))
@pytest.mark.usefixtures("registered")
def test_what_python_would_run_is_refused_by_name_and_does_not_run(
    instructions: bytes, reason: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    path.write_bytes(file_of(instructions))

    with pytest.raises(WeightsUnsafe, match=reason) as caught:
        open_checkpoint(path)

    assert not Path(FOLDER).exists()
    assert str(caught.value).startswith("zoo.pkl was refused, nothing in it was run")
    assert str(caught.value).isprintable()
    pickle.loads(path.read_bytes())  # the sample is live: it would have made the folder
    assert Path(FOLDER).is_dir()


def test_the_recorded_unsafe_file_is_refused_by_name() -> None:
    with pytest.raises(WeightsUnsafe, match=r"names posix\.getcwd"):
        open_checkpoint(RECORDED / "unsafe_sample.pkl")


NOT_WEIGHTS: dict[str, tuple[bytes, str]] = {
    "persistent name in text": (b"Psomewhere\n", "instruction PERSID"),
    "persistent name": (b"K\x01Q", "instruction BINPERSID"),
    "class made without a call": (named("collections", "OrderedDict") + b")\x81", "instruction NEWOBJ"),
    "class with named arguments": (named("numpy", "ndarray") + b")}\x92", "instruction NEWOBJ_EX"),
    "extension of two bytes": (b"\x83\x01\x00", "instruction EXT2"),
    "extension of four bytes": (b"\x84\x01\x00\x00\x00", "instruction EXT4"),
    "buffer from outside": (b"\x97", "instruction NEXT_BUFFER"),
    "long number": (b"\x8b\xff\xff\xff\x7f", "instruction LONG4"),
    "number in text": (b"I1\n", "instruction INT"),
    "set": (b"\x8f", "instruction EMPTY_SET"),
    "name with colours": (named("os", "\x1b[31mmkdir"), r"names os\.\\x1b"),
    "name that is no string": (b"K\x01K\x02\x93", "a name that is no string"),
    "plain value called": (text("os") + b")R", "calls a value of type str"),
    "array called": (array_of() + b")R", "calls a value of type _Blank"),
    "array of any size": (named("numpy", "ndarray") + b"J\xff\xff\xff\x7f\x85\x85R", r"calls numpy\.ndarray"),
    "dictionary of pairs": (
        named("collections", "OrderedDict") + b"]\x85R",
        r"calls collections\.OrderedDict",
    ),
    "another codec": (
        named("_codecs", "encode") + text("x") + text("zip") + b"\x86R",
        r"calls _codecs\.encode",
    ),
    "blank of some size": (
        BLANK.replace(b"K\x00\x85", b"K\x09\x85"),
        "calls numpy.core.multiarray._reconstruct",
    ),
    "blank of another class": (
        BLANK.replace(named("numpy", "ndarray"), named("numpy", "dtype")),
        "calls numpy.core.multiarray._reconstruct",
    ),
    "objects": (array_of(dtype=dtype_of("O8")), "number type 'O8'"),
    "bytes": (array_of(dtype=dtype_of("u1")), "number type 'u1'"),
    "records": (array_of(dtype=dtype_of("V8")), "number type 'V8'"),
    "half precision": (array_of(dtype=dtype_of("f2")), "number type 'f2'"),
    "big end first": (
        array_of(dtype=dtype_of("f4", PLAIN_STATE.replace(b"<", b">"))),
        "gives a value of type",
    ),
    "type with fields": (
        array_of(dtype=dtype_of("f4", b"(K\x03\x8c\x01<N)}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb")),
        "gives a value of type",
    ),
    "type of a list": (named("numpy", "dtype") + b"]\x89\x88\x87R", r"calls numpy\.dtype"),
    "scalar of objects": (
        named("numpy.core.multiarray", "scalar") + dtype_of("O8") + b"C\x01x\x86R",
        "number type 'O8'",
    ),
    "negative side": (array_of(shape=b"J\xfe\xff\xff\xff\x85"), "impossible shape"),
    "no side": (array_of(shape=b"K\x00\x85", raw=b"C\x00"), "impossible shape"),
    "true side": (array_of(shape=b"\x88\x85"), "impossible shape"),
    "side of a fraction": (array_of(shape=b"G\x40\x00\x00\x00\x00\x00\x00\x00\x85"), "impossible shape"),
    "nine dimensions": (array_of(shape=b"(" + 9 * b"K\x01" + b"t"), "impossible shape"),
    "shape of a list": (array_of(shape=b"]"), "gives a value of type _Blank a state"),
    "content of a list": (array_of(raw=b"]"), "an array made of a value of type list"),
    "state of a dictionary": (
        BLANK + b"}" + text("shape") + b"K\x01sb",
        "gives a value of type _Blank a state",
    ),
    "state given twice": (
        array_of() + array_of().removeprefix(BLANK),
        "gives a value of type _Blank a state",
    ),
    "state of a dictionary's own": (
        named("collections", "OrderedDict") + b")R}b",
        "gives a value of type dict",
    ),
    "state of a function": (named("numpy", "dtype") + b"}b", r"gives numpy\.dtype a state"),
    "item of a function": (named("numpy", "dtype") + text("a") + b"K\x01s", r"sets items of numpy\.dtype"),
    "item of an array": (array_of() + text("a") + b"K\x01s", "sets items of a value of type _Blank"),
    "end of a function": (named("numpy", "ndarray") + b"K\x01a", r"appends to numpy\.ndarray"),
    "key that is no string": (b"}K\x01K\x01s", "as a key"),
    "key of several lines": (b"}" + text("a\nb") + b"K\x01s", "as a key"),
    "key without an end": (b"}X\x00\x10\x00\x00" + 4096 * b"a" + b"K\x01s", "as a key"),
}


@pytest.mark.parametrize(("instructions", "reason"), NOT_WEIGHTS.values(), ids=list(NOT_WEIGHTS))
def test_whatever_weights_do_not_need_is_refused_and_named(
    instructions: bytes, reason: str, path: Path
) -> None:
    path.write_bytes(file_of(instructions))
    with pytest.raises(WeightsUnsafe, match=reason) as caught:
        open_checkpoint(path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


FAR = struct.pack("<Q", 2**62)
DAMAGED: dict[str, bytes] = {
    "endless bytes": b"\x8e" + FAR,
    "endless text": b"\x8d" + FAR,
    "endless short bytes": b"B\xff\xff\xff\xff",
    "text of negative length": b"T\xff\xff\xff\xff",
    "name without an end": b"c" + 4096 * b"a",
    "memory that was never written": b"j\xff\xff\xff\xff",
    "no such instruction": b"\xff",
    "too few bytes": array_of(shape=b"K\x03\x85"),
    "far too few bytes": array_of(shape=b"(" + 8 * b"J\xff\xff\xff\x7f" + b"t"),
    "too many bytes": array_of(shape=b"K\x01\x85"),
    "text that is no text": b"\x8c\x01\xff",
    "blank array": BLANK,
    "a number": b"K\x01",
    "mark without an end": b"(",
    "end without a mark": b"t",
}


@pytest.mark.parametrize("instructions", DAMAGED.values(), ids=list(DAMAGED))
def test_lengths_that_the_file_does_not_have_take_no_memory(instructions: bytes, path: Path) -> None:
    path.write_bytes(file_of(instructions))
    tracemalloc.start()
    try:
        with pytest.raises(WeightsUnreadable, match=r"zoo\.pkl"):
            open_checkpoint(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


def test_a_far_place_in_the_memory_takes_no_memory(path: Path) -> None:
    path.write_bytes(file_of(array_of() + b"r\xff\xff\xff\xff"))
    tracemalloc.start()
    try:
        assert read_zoo(path)["w"].tolist() == [1.0, 2.0]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("end", [b"s", b"K\x01s"], ids=["value", "key"])
def test_deep_nesting_is_refused_and_not_a_crash(end: bytes, path: Path) -> None:
    deep = b")" + 100_000 * b"\x85"
    path.write_bytes(b"\x80\x04}" + (text("model") if end == b"s" else b"") + deep + end + b".")
    with pytest.raises(WeightsError):
        open_checkpoint(path)


def test_too_many_instructions_are_refused(path: Path) -> None:
    path.write_bytes(b"\x80\x04" + 600_000 * b"}" + b".")
    with pytest.raises(WeightsUnsafe, match="more than 500000 instructions"):
        open_checkpoint(path)


def test_one_string_cannot_be_unpacked_again_and_again(path: Path) -> None:
    long = b"X" + struct.pack("<I", 100_000) + 100_000 * b"a"
    once = named("_codecs", "encode") + b"h\x00" + text("latin1") + b"\x86R"
    path.write_bytes(b"\x80\x02]" + long + b"q\x00a" + 1_000 * (once + b"a") + b".")
    with pytest.raises(WeightsUnsafe, match="unpacks to more than its size"):
        open_checkpoint(path)


def test_a_file_beyond_the_limit_is_not_even_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(file_of(array_of()))
    monkeypatch.setattr(zoo_pickle, "MOST_BYTES", 100)
    with pytest.raises(WeightsUnreadable, match="at most 100 are accepted"):
        open_checkpoint(path)


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_file_cut_anywhere_is_unreadable(protocol: int, path: Path) -> None:
    whole = pickle.dumps({"model": weights(), "__author__": "somebody"}, protocol=protocol)
    for length in range(0, len(whole), 3):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsUnreadable, match=r"zoo\.pkl"):
            open_checkpoint(path)


@pytest.mark.parametrize("flip", [0xFF, 0x5A, 0x01])
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_damaged_file_is_refused_or_read_and_never_crashes(protocol: int, flip: int, path: Path) -> None:
    whole = pickle.dumps({"model": weights(), "__author__": "somebody"}, protocol=protocol)
    messages = []
    for position in range(0, len(whole), 3):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ flip]) + whole[position + 1 :])
        try:
            open_checkpoint(path)
        except WeightsError as error:
            messages.append(str(error))
    assert len(messages) > len(whole) / 12
    assert all(message.isprintable() for message in messages)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 64,
        b"<html>Not found</html>" * 20,
        pickle.dumps([1, 2]),
        pickle.dumps({"weights": {}}),
        pickle.dumps({"model": [1]}),
        pickle.dumps({"model": {"w": {"w": 1}}}),
        b"\x80\x04s.",
        file_of(array_of()) + b"more",
        file_of(array_of()).replace(b"\x80\x04", b"\x80\x04N"),
    ],
    ids=[
        "nothing",
        "zeros",
        "web page",
        "list",
        "no model",
        "model of a list",
        "nested",
        "empty stack",
        "more",
        "two values",
    ],
)
def test_a_file_of_something_else_is_unreadable(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=r"zoo\.pkl"):
        open_checkpoint(path)


def test_a_torch_file_under_this_name_is_refused(path: Path) -> None:
    buffer = io.BytesIO()
    torch.save({"model": {"w": torch.ones(2)}}, buffer)
    path.write_bytes(buffer.getvalue())
    with pytest.raises(WeightsError):
        open_checkpoint(path)
