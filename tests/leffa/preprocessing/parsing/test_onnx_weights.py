"""ONNX files: every form a tensor may have, and every kind of wrong file by its error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from leffa.errors import WeightsError, WeightsMismatch, WeightsMissing, WeightsUnreadable, WeightsUnsafe
from leffa.preprocessing.parsing import onnx_weights
from leffa.preprocessing.parsing.onnx_weights import open_onnx
from tests.leffa.preprocessing.parsing.onnx_writer import (
    INT64,
    constant,
    model,
    node,
    number,
    part,
    strides,
    tensor,
    varint,
)

CONVS = ["stem", "edge", "edge"]
SHAPES = {"stem": (4, 3, 3, 3), "edge": (2, 4, 1, 1)}
Floats = NDArray[np.float32]


def weights() -> dict[str, Floats]:
    random = np.random.default_rng(0)
    tensors = {}
    for conv, shape in SHAPES.items():
        tensors[f"{conv}.weight"] = random.normal(size=shape).astype(np.float32)
        tensors[f"{conv}.bias"] = random.normal(size=shape[0]).astype(np.float32)
    return tensors


def conv_node(conv: str, suffix: str = "") -> bytes:
    inputs = ["x", f"{conv}.weight{suffix}", f"{conv}.bias{suffix}"]
    return node("Conv", inputs, f"y{suffix}", strides("strides", [1, 1]))


NODES = [conv_node("stem"), node("Relu", ["y"], "z"), conv_node("edge"), conv_node("edge")]


def stored(tensors: dict[str, Floats] | None = None) -> list[bytes]:
    return [tensor(name, values) for name, values in (tensors or weights()).items()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parsing.onnx"


def check(path: Path, content: bytes) -> None:
    """The file has the weights, all of them and bit for bit."""
    path.write_bytes(content)
    file, wanted = open_onnx(path, CONVS), weights()
    assert file.shapes == {name: values.shape for name, values in wanted.items()}
    for name, values in wanted.items():
        assert torch.equal(file.read(name), torch.from_numpy(values))


@pytest.mark.parametrize("as_floats", [False, True], ids=["raw", "floats"])
@pytest.mark.parametrize("packed_dims", [False, True], ids=["dims apart", "dims packed"])
def test_weights_are_found_by_the_order_of_convolutions(
    path: Path, as_floats: bool, packed_dims: bool
) -> None:
    tensors = [
        tensor(name, values, as_floats=as_floats, packed_dims=packed_dims)
        for name, values in reversed(weights().items())
    ]
    check(path, model(NODES, tensors))


def test_weights_may_be_constants_of_the_graph(path: Path) -> None:
    tensors = weights()
    bias = tensors.pop("stem.bias")
    check(path, model([constant("stem.bias", bias), *NODES], stored(tensors)))


def test_a_tensor_may_have_a_second_name(path: Path) -> None:
    aliases = [node("Identity", [f"edge.{kind}"], f"edge.{kind}_2") for kind in ("weight", "bias")]
    check(path, model([*aliases, *NODES[:3], conv_node("edge", "_2")], stored()))


def test_other_tensors_of_the_graph_do_not_matter(path: Path) -> None:
    sizes = number(1, 2) + number(2, INT64) + part(8, "sizes") + part(9, bytes(16))
    nothing = number(1, 0) + number(2, 1) + part(8, "roi")  # how exporters write "no region"
    check(path, model(NODES, [sizes, nothing, *stored()]))


def test_a_read_tensor_is_free_to_be_changed(path: Path) -> None:
    path.write_bytes(model(NODES, stored()))
    file = open_onnx(path, CONVS)
    file.read("stem.bias").zero_()
    assert file.read("stem.bias").all()
    assert path.read_bytes() == model(NODES, stored())


def test_a_missing_file_is_named(path: Path) -> None:
    with pytest.raises(WeightsMissing, match=str(path)):
        open_onnx(path, CONVS)


def other_tensor(name: str, values: Floats) -> list[bytes]:
    return stored(weights() | {name: values})


EXTERNAL = (
    number(1, 4) + number(2, 1) + part(8, "stem.bias") + part(13, part(1, "location") + part(2, "/etc/x"))
)
ELSEWHERE = number(1, 4) + number(2, 1) + part(8, "stem.bias") + number(14, 1)
SHORT = number(1, 4) + number(2, 1) + part(8, "stem.bias") + part(9, bytes(12))
TWICE = number(1, 1) + number(2, 1) + part(8, "stem.bias") + part(9, bytes(4)) + part(9, bytes(4))
HUGE = number(1, 2**62) * 3 + number(2, 1) + part(8, "stem.bias") + part(9, bytes(4))
MANY = number(1, 1) * 9 + number(2, 1) + part(8, "stem.bias") + part(9, bytes(4))
WRONG: dict[str, tuple[bytes, type[WeightsError], str]] = {
    "a convolution too few": (model(NODES[:3], stored()), WeightsMismatch, "2 convolutions instead of 3"),
    "a convolution too many": (model([*NODES, NODES[0]], stored()), WeightsMismatch, "4 convolutions"),
    "norm not folded": (
        model([*NODES, node("BatchNormalization", ["y"], "n")], stored()),
        WeightsMismatch,
        "1 normalisations that are not folded",
    ),
    "convolution without bias": (
        model([node("Conv", ["x", "stem.weight"], "y"), *NODES[2:]], stored()),
        WeightsMismatch,
        "2 inputs of stem",
    ),
    "weight not in the file": (
        model(NODES, stored()[1:]),
        WeightsMismatch,
        r"no float32 tensor for stem\.weight",
    ),
    "numbers of another type": (
        model(NODES, [tensor("stem.bias", np.zeros(4, np.float32), data_type=INT64), *stored()[2:]]),
        WeightsMismatch,
        r"no float32 tensor for stem\.weight",
    ),
    "shared weights that differ": (
        model(
            [*NODES[:3], conv_node("edge", "_2")],
            [*stored(), tensor("edge.weight_2", np.zeros((2, 4, 1, 1), np.float32))],
        ),
        WeightsMismatch,
        r"two different tensors for edge\.weight",
    ),
    "tensor in another file": (model(NODES, [EXTERNAL]), WeightsUnsafe, "other files"),
    "tensor said to be elsewhere": (model(NODES, [ELSEWHERE]), WeightsUnsafe, "other files"),
    "too few numbers": (model(NODES, [SHORT]), WeightsUnreadable, "do not fill"),
    "numbers twice": (model(NODES, [TWICE]), WeightsUnreadable, "do not fill"),
    "a shape beyond all memory": (model(NODES, [HUGE]), WeightsUnreadable, "do not fill"),
    "too many dimensions": (model(NODES, [MANY]), WeightsUnreadable, "dimensions"),
    "a very long name": (model(NODES, [part(8, "n" * 2000)]), WeightsUnreadable, "name of 2000"),
    "two graphs": (model(NODES, stored()) * 2, WeightsUnreadable, "no ONNX model"),
    "nothing": (b"", WeightsUnreadable, "cannot be read"),
    "zeros": (bytes(64), WeightsUnreadable, "ONNX"),
    "a web page": (b"<html>Not found</html>", WeightsUnreadable, ""),
    "a graph that is a number": (number(7, 5), WeightsUnreadable, "number where"),
    "a type that is a text": (model([], [part(2, "x")]), WeightsUnreadable, "message where"),
    "an endless number": (b"\xff" * 20, WeightsUnreadable, "no number"),
    "an old group": (varint(7 << 3 | 3), WeightsUnreadable, "unknown type"),
    "a field longer than the file": (varint(7 << 3 | 2) + varint(2**63), WeightsUnreadable, "too long"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_by_name_and_reason(path: Path, name: str) -> None:
    content, error, reason = WRONG[name]
    path.write_bytes(content)
    with pytest.raises(error, match=rf"^parsing\.onnx .*{reason}") as caught:
        open_onnx(path, CONVS)
    assert "\n" not in str(caught.value)


def test_a_file_of_countless_parts_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = model([*NODES, *[b""] * 2000], stored())
    check(path, content)
    monkeypatch.setattr(onnx_weights, "_MOST_FIELDS", 1500)
    with pytest.raises(WeightsUnreadable, match="more parts"):
        open_onnx(path, CONVS)


def refusals(path: Path, contents: list[bytes]) -> list[str]:
    """What is said of those files that are refused, each by one of our errors; the others are read."""
    messages = []
    for content in contents:
        path.write_bytes(content)
        try:
            file = open_onnx(path, CONVS)
        except WeightsError as error:
            messages.append(str(error))
        else:
            for name, shape in file.shapes.items():
                assert file.read(name).shape == shape
    return messages


def test_a_file_cut_anywhere_is_refused(path: Path) -> None:
    whole = model(NODES, stored())
    graph_ends = whole.rindex(part(8, number(2, 11)))
    cuts = [whole[:length] for length in range(graph_ends)]
    assert len(refusals(path, cuts)) == len(cuts)


def test_a_damaged_file_is_refused_or_read_and_never_crashes(path: Path) -> None:
    whole = model([constant("c", np.zeros(2, np.float32)), *NODES], stored())
    damaged = [
        whole[:position] + bytes([whole[position] ^ 0x5A]) + whole[position + 1 :]
        for position in range(len(whole))
    ]
    messages = refusals(path, damaged)
    assert len(messages) > len(damaged) // 4
    assert not any("\n" in message for message in messages)
