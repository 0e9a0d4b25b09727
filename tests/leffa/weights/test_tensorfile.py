"""Files written tensor by tensor are what the safetensors library reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from leffa.errors import DiskFull, WeightsMismatch
from leffa.weights.files import Unwatched
from leffa.weights.tensorfile import write_tensors


def write(path: Path, state: dict[str, Tensor], dtype: torch.dtype = torch.float32) -> None:
    write_tensors(path, lambda: iter(state.items()), dtype, {"from": "here"}, Unwatched())


@pytest.fixture
def state() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {
        "b.weight": torch.randn(3, 5),
        "a.bias": torch.randn(7),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 4),
        "steps": torch.arange(3),
        "transposed": torch.randn(4, 6).T,
        'ключ " é': torch.randn(1),
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_the_library_reads_back_what_was_written(
    state: dict[str, Tensor], tmp_path: Path, dtype: torch.dtype
) -> None:
    write(tmp_path / "x.safetensors", state, dtype)
    read = load_file(tmp_path / "x.safetensors")
    assert read.keys() == state.keys()
    for name, tensor in state.items():
        wanted = tensor.to(dtype) if tensor.is_floating_point() else tensor
        assert read[name].dtype == wanted.dtype
        assert torch.equal(read[name], wanted)
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]


def test_it_is_byte_for_byte_what_the_library_writes(tmp_path: Path) -> None:
    state = {"b": torch.randn(3, 5), "a": torch.randn(7)}
    write_tensors(tmp_path / "ours", lambda: iter(state.items()), torch.float32, {}, Unwatched())
    save_file(state, tmp_path / "theirs", metadata={"format": "pt"})
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_the_order_in_which_tensors_come_does_not_matter(state: dict[str, Tensor], tmp_path: Path) -> None:
    write(tmp_path / "1", state)
    write(tmp_path / "2", dict(reversed(state.items())))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_metadata_and_alignment(state: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write(path, state, torch.float16)
    with safe_open(path, framework="pt") as file:
        assert file.metadata() == {"format": "pt", "from": "here"}
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    assert size % 8 == 0
    assert json.loads(raw[8 : 8 + size])["steps"]["data_offsets"][0] % 8 == 0


@pytest.mark.parametrize(
    ("tensor", "dtype"),
    [
        (torch.tensor([1e5]), torch.float16),
        (torch.tensor([torch.nan]), torch.float32),
        (torch.tensor([torch.inf]), torch.bfloat16),
        (torch.ones(2, dtype=torch.complex64), torch.float16),
        (torch.ones(2).to_sparse(), torch.float16),
        (torch.ones(2, device="meta"), torch.float16),
    ],
    ids=["too large", "no number", "infinite", "complex", "sparse", "without content"],
)
def test_what_cannot_be_kept_is_named_and_nothing_is_left(
    tmp_path: Path, tensor: Tensor, dtype: torch.dtype
) -> None:
    with pytest.raises(WeightsMismatch, match="odd"):
        write(tmp_path / "x.safetensors", {"fine": torch.ones(2), "odd": tensor}, dtype)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    calls = 0

    def tensors() -> Iterator[tuple[str, Tensor]]:
        nonlocal calls
        calls += 1
        yield "a", torch.ones(1000)
        if calls == 2:
            raise KeyboardInterrupt
        yield "b", torch.ones(1000)

    with pytest.raises(KeyboardInterrupt):
        write_tensors(tmp_path / "x.safetensors", tensors, torch.float32, {}, Unwatched())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(DiskFull, match=r"1\.0 kB are free"):
        write(tmp_path / "x.safetensors", {"a": torch.ones(1000)})
    assert list(tmp_path.iterdir()) == []
