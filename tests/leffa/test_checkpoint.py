"""Weights files: every accepted form, and every kind of wrong file by its error."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from leffa.checkpoint import check_keys, open_checkpoint
from leffa.errors import (
    WeightsError,
    WeightsMismatch,
    WeightsMissing,
    WeightsUnreadable,
    WeightsUnsafe,
)
from leffa.model import LeffaModel
from tests.leffa.published import Files

State = dict[str, Tensor]


def save_zip(state: object, path: Path) -> None:
    torch.save(state, path)


def save_legacy(state: object, path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


FORMS: dict[str, Callable[[Any, Path], None]] = {
    "zip.pth": save_zip,
    "legacy.pth": save_legacy,
    "any.safetensors": save_file,
}


class MakesAFolder:
    """Unpickled without care, it makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.fixture
def state(files: dict[str, Files]) -> State:
    return load_file(files["sd15"].checkpoint)


@pytest.fixture
def load(files: dict[str, Files], tmp_path: Path) -> Callable[[State], LeffaModel]:
    """A model from a state dict, by way of a file."""

    def by_file(state: State) -> LeffaModel:
        path = tmp_path / "weights.safetensors"
        save_file(state, path)
        return LeffaModel.from_published(files["sd15"].base, path)

    return by_file


@torch.no_grad()
def features(model: LeffaModel) -> list[Tensor]:
    latent = torch.linspace(-1, 1, 4 * 8 * 6).view(1, 4, 8, 6)
    return model.reference_features(latent, 501)


def same(a: list[Tensor], b: list[Tensor]) -> bool:
    # Where a tensor lies in its file decides its alignment in memory, and so the last bits of sums.
    return all(torch.allclose(x, y, atol=5e-5, rtol=0) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
@pytest.mark.parametrize("name", ["zip.pth", "legacy.pth"])
def test_every_file_form_loads_the_same_model(
    files: dict[str, Files], models: dict[str, LeffaModel], tmp_path: Path, kind: str, name: str
) -> None:
    FORMS[name](load_file(files[kind].checkpoint), tmp_path / name)
    loaded = LeffaModel.from_published(files[kind].base, tmp_path / name).state_dict()
    wanted = models[kind].state_dict()
    assert loaded.keys() == wanted.keys()
    assert all(torch.equal(loaded[key], wanted[key]) for key in wanted)


def test_a_missing_key_is_named(state: State, load: Callable[[State], LeffaModel]) -> None:
    del state["unet.conv_in.weight"]
    with pytest.raises(WeightsMismatch, match=r"1 missing: unet\.conv_in\.weight$"):
        load(state)


def test_an_extra_key_is_named(state: State, load: Callable[[State], LeffaModel]) -> None:
    state["unet.surprise"] = torch.zeros(1)
    with pytest.raises(WeightsMismatch, match=r"1 unexpected: unet\.surprise$"):
        load(state)


def test_a_misshapen_tensor_is_named_with_both_shapes(
    state: State, load: Callable[[State], LeffaModel]
) -> None:
    state["unet.conv_in.weight"] = state["unet.conv_in.weight"][:, :9].contiguous()
    with pytest.raises(
        WeightsMismatch,
        match=r"1 misshapen: unet\.conv_in\.weight \[16, 9, 3, 3\] instead of \[16, 12, 3, 3\]",
    ):
        load(state)


def test_several_faults_are_told_at_once_and_briefly(
    state: State, load: Callable[[State], LeffaModel]
) -> None:
    wrong = {key.replace("vae.", "vea."): value for key, value in state.items()}
    count = sum(key.startswith("vae.") for key in state)
    with pytest.raises(WeightsMismatch) as caught:
        load(wrong)
    message = str(caught.value)
    assert f"{count} missing: vae." in message
    assert f"{count} unexpected: vea." in message
    assert f"and {count - 5} more" in message
    assert "\n" not in message
    assert len(message) < 1000


@pytest.mark.parametrize(
    "unused",
    [
        "unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_q.weight",
        "unet_encoder.conv_out.weight",
        "unet_encoder.up_blocks.3.attentions.2.transformer_blocks.0.ff.net.2.bias",
    ],
)
def test_a_single_unused_key_may_not_be_missing_or_misshapen(
    state: State, load: Callable[[State], LeffaModel], unused: str
) -> None:
    with pytest.raises(WeightsMismatch, match=f"misshapen: {unused}"):
        load(state | {unused: torch.zeros(2)})
    del state[unused]
    with pytest.raises(WeightsMismatch, match=f"1 missing: {unused}$"):
        load(state)


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_a_file_without_any_unused_weight_loads_the_same_model(
    files: dict[str, Files], models: dict[str, LeffaModel], tmp_path: Path, kind: str
) -> None:
    used = models[kind].state_dict().keys()
    full = load_file(files[kind].checkpoint)
    assert len(used) < len(full)
    path = tmp_path / "slim.safetensors"
    save_file({key: full[key] for key in used}, path)
    slim = LeffaModel.from_published(files[kind].base, path)
    assert same(features(slim), features(models[kind]))


def test_values_of_unused_weights_do_not_matter(
    state: State, load: Callable[[State], LeffaModel], models: dict[str, LeffaModel]
) -> None:
    used = models["sd15"].state_dict().keys()
    poisoned = {
        key: value if key in used else torch.full_like(value, torch.nan) for key, value in state.items()
    }
    assert same(features(load(poisoned)), features(models["sd15"]))


def test_weights_are_converted_to_the_precision_asked_for(files: dict[str, Files]) -> None:
    model = LeffaModel.from_published(*files["sd15"], dtype=torch.float16)
    assert {value.dtype for value in model.state_dict().values()} == {torch.float16}
    assert model.dtype == torch.float16


def test_half_precision_files_load_in_full_precision(
    state: State, load: Callable[[State], LeffaModel]
) -> None:
    model = load({key: value.half() for key, value in state.items()})
    assert {value.dtype for value in model.state_dict().values()} == {torch.float32}


def test_a_loaded_model_infers_and_does_not_train(models: dict[str, LeffaModel]) -> None:
    for model in models.values():
        assert not model.training
        assert not any(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("save", [save_zip, save_file])
def test_changing_a_loaded_weight_leaves_the_file_alone(
    save: Callable[[Any, Path], None], tmp_path: Path
) -> None:
    path = tmp_path / ("weights.safetensors" if save is save_file else "weights.pth")
    save({"weight": torch.ones(1000)}, path)
    before = path.read_bytes()
    open_checkpoint(path).read("weight").zero_()
    assert path.read_bytes() == before
    assert open_checkpoint(path).read("weight").sum() == 1000


@pytest.mark.parametrize("name", FORMS)
def test_a_truncated_file_is_unreadable(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FORMS[name]({"weight": torch.ones(1000)}, path)
    whole = path.read_bytes()
    for length in (0, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsUnreadable, match=name):
            open_checkpoint(path)


@pytest.mark.parametrize("name", FORMS)
def test_a_file_cut_anywhere_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FORMS[name]({f"block.{index}.weight": torch.ones(3, 5) for index in range(4)}, path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError, match=name):
            open_checkpoint(path)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")  # of a damaged header
def test_a_damaged_file_is_refused_or_read_and_never_crashes(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FORMS[name]({f"block.{index}.weight": torch.ones(3, 5) for index in range(4)}, path)
    whole = path.read_bytes()
    messages = []
    for position in range(0, len(whole), 5):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x5A]) + whole[position + 1 :])
        try:
            check_keys(open_checkpoint(path), {"block.0.weight": (3, 5)}, unused=())
        except WeightsError as error:
            messages.append(str(error))
    assert len(messages) > 100
    assert not any("\n" in message for message in messages)


@pytest.mark.parametrize("name", ["x.pth", "x.safetensors"])
@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 64, b"<html>Not found</html>" * 20, b"PK\x03\x04" + b"\x07" * 99],
    ids=["nothing", "zeros", "web page", "start of a zip"],
)
def test_a_file_of_something_else_is_unreadable(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsUnreadable, match=name):
        open_checkpoint(tmp_path / name)


ODD: dict[str, object] = {
    "list": [torch.ones(1)],
    "tensor": torch.ones(1),
    "nested": {"state_dict": {"state_dict": {"weight": torch.ones(1)}}},
    "with more beside": {"state_dict": {"weight": torch.ones(1)}, "epoch": 3},
    "number": {"step": 5},
    "numbered": {1: torch.ones(1)},
}


@pytest.mark.parametrize("save", [save_zip, save_legacy])
@pytest.mark.parametrize("content", ODD.values(), ids=list(ODD))
def test_anything_but_a_flat_dict_of_tensors_is_unreadable(
    save: Callable[[object, Path], None], content: object, tmp_path: Path
) -> None:
    save(content, tmp_path / "weights.pth")
    with pytest.raises(WeightsUnreadable, match="flat state dict"):
        open_checkpoint(tmp_path / "weights.pth")


@pytest.mark.parametrize(
    "save",
    [save_zip, save_legacy, lambda content, path: path.write_bytes(pickle.dumps(content, protocol=2))],
    ids=["zip", "legacy", "bare pickle"],
)
def test_a_malicious_pickle_is_refused_and_nothing_of_it_runs(
    save: Callable[[object, Path], None], tmp_path: Path
) -> None:
    target, path = tmp_path / "pwned", tmp_path / "weights.pth"
    save({"evil": MakesAFolder(target)}, path)
    with pytest.raises(WeightsUnsafe) as caught:
        open_checkpoint(path)
    assert not target.exists()
    message = str(caught.value)
    assert message.startswith("weights.pth was refused, nothing in it was run")
    assert "mkdir" in message  # what it wanted to run
    assert message.isprintable()  # one line, no colours of a terminal
    assert "can still be loaded" not in message


def test_a_missing_file_is_named(files: dict[str, Files], tmp_path: Path) -> None:
    base = files["sd15"].base
    for path in (tmp_path / "nothing.pth", tmp_path):
        with pytest.raises(WeightsMissing, match=str(path)):
            LeffaModel.from_published(base, path)


# In a process of its own: prints, per file, by how much of the file's size the peak of the memory grew.
MEASURE = """
import os, resource, sys
import torch
from leffa.model import LeffaModel

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

base, *paths = sys.argv[1:]
with torch.device("meta"):
    LeffaModel.from_base(base).drop_unused()
for path in paths:
    before = peak()
    model = LeffaModel.from_published(base, path)
    print((peak() - before) / os.path.getsize(path))
"""


@pytest.mark.slow
def test_weights_are_mapped_and_never_copied_as_a_whole(files: dict[str, Files], tmp_path: Path) -> None:
    base, tiny = tmp_path / "base", files["sd15"].base
    shutil.copytree(tiny, base)
    config = json.loads((tiny / "unet" / "config.json").read_text())
    config["block_out_channels"] = [64, 96, 128, 128]
    (base / "unet" / "config.json").write_text(json.dumps(config))
    with torch.device("meta"):
        shapes = {key: value.shape for key, value in LeffaModel.from_base(base).state_dict().items()}
    paths = [tmp_path / "zip.pth", tmp_path / "any.safetensors"]
    for path in paths:
        FORMS[path.name]({key: torch.zeros(shape) for key, shape in shapes.items()}, path)
        assert path.stat().st_size > 80e6

    # The shell is small: a process's peak counts from that of the process that started it.
    process = subprocess.run(
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", MEASURE, base, *paths],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    from_zip, from_safetensors = (float(line) for line in process.stdout.splitlines())
    assert from_zip < 0.5
    assert from_safetensors < 1  # the library reads ahead into the mapped pages, which are no copy


def test_what_a_training_left_around_the_tensors_is_taken_off(tmp_path: Path) -> None:
    wrapped = {"state_dict": {f"module.{name}": torch.full((2,), 3.0) for name in ("a.weight", "b")}}
    save_legacy(wrapped, tmp_path / "wrapped.pth")

    file = open_checkpoint(tmp_path / "wrapped.pth")

    assert file.shapes == {"a.weight": (2,), "b": (2,)}
    assert file.read("b").tolist() == [3.0, 3.0]
