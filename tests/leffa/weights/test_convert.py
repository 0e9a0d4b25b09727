"""Converted weights make the same pictures, and a conversion that fails changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from leffa.errors import WeightsError, WeightsMismatch, WeightsMissing, WeightsUnreadable, WeightsUnsafe
from leffa.model import LeffaModel
from leffa.presets import DEEP_FASHION, DRESS_CODE, VITON_HD, Preset
from leffa.weights import load_model, manifest
from leffa.weights.convert import Converted, convert
from leffa.weights.converters import CONVERTERS
from leffa.weights.pull import pull
from tests.leffa.published import DATA, Files
from tests.leffa.weights.hub import Hub

ROOT = Path(__file__).parents[3]
PRESETS = {"sd15": VITON_HD, "sdxl": DEEP_FASHION}


def publish(files: Files, preset: Preset, folder: Path) -> Path:
    """Lay the tiny model out as the published one; the path of its checkpoint."""
    shutil.copytree(files.base, folder / preset.base, dirs_exist_ok=True)
    torch.save(load_file(files.checkpoint), folder / f"{preset.checkpoint}.pth")
    return folder / f"{preset.checkpoint}.pth"


@torch.no_grad()
def predict(model: LeffaModel) -> Tensor:
    """Noise in a latent, after everything both UNets do."""
    torch.manual_seed(0)
    channels = model.latent_channels
    reference = model.project_reference(model.reference_features(torch.randn(1, channels, 8, 6), 501))
    return model.predict_noise(torch.randn(1, 2 * channels + 4, 8, 6), 501, reference)


@pytest.fixture
def published(files: dict[str, Files], tmp_path: Path) -> Path:
    """A folder with the tiny try-on model."""
    publish(files["sd15"], VITON_HD, tmp_path)
    return tmp_path


@pytest.fixture
def only_leffa(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's preprocessing networks are any bytes, and not to be converted."""
    for part in CONVERTERS.keys() - {"viton_hd", "dress_code", "deep_fashion"}:
        monkeypatch.delitem(CONVERTERS, part)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PRESETS)
def test_in_single_precision_every_result_is_the_same(
    files: dict[str, Files], tmp_path: Path, kind: str
) -> None:
    preset = PRESETS[kind]
    original = publish(files[kind], preset, tmp_path)
    before = load_model(tmp_path, preset)
    (done,) = convert(tmp_path, dtype=torch.float32, remove_originals=True)
    assert not original.exists()
    assert done.size < (done.original_size or 0)
    after = load_model(tmp_path, preset)
    assert all(torch.equal(value, after.state_dict()[key]) for key, value in before.state_dict().items())
    assert torch.equal(predict(before), predict(after))


def test_in_half_precision_results_are_close_and_the_file_is_half(published: Path) -> None:
    before = predict(load_model(published, VITON_HD))
    (done,) = convert(published)
    assert done == Converted(
        "virtual_tryon.safetensors", done.size, "virtual_tryon.pth", done.original_size, made=True
    )
    with safe_open(published / done.path, framework="pt") as file:
        assert {file.get_slice(key).get_dtype() for key in file.keys()} == {"F16"}  # noqa: SIM118
    assert done.original_size is not None
    assert done.size < done.original_size / 2
    after = predict(load_model(published, VITON_HD))
    assert not torch.equal(before, after)
    assert (before - after).abs().max() < 5e-3 * before.abs().max()


def test_originals_stay_and_converted_files_are_taken_first(published: Path) -> None:
    convert(published, dtype=torch.float32)
    (published / "virtual_tryon.pth").write_bytes(b"not read any more")
    assert load_model(published, VITON_HD).latent_channels == 4


def test_what_was_converted_stays_as_it_is_unless_asked_for(published: Path) -> None:
    convert(published)
    path = published / "virtual_tryon.safetensors"
    before = path.read_bytes()
    (done,) = convert(published, dtype=torch.float32)
    assert not done.made
    assert path.read_bytes() == before
    (done,) = convert(published, dtype=torch.float32, again=True)
    assert done.made
    assert done.size > 1.9 * len(before)


def test_every_checkpoint_of_the_folder_is_converted_or_the_chosen_ones(
    files: dict[str, Files], tmp_path: Path
) -> None:
    for kind, preset in (("sd15", VITON_HD), ("sd15", DRESS_CODE), ("sdxl", DEEP_FASHION)):
        publish(files[kind], preset, tmp_path)
    assert [one.original for one in convert(tmp_path, ["dress_code"])] == ["virtual_tryon_dc.pth"]
    assert [one.made for one in convert(tmp_path)] == [True, False, True]


def test_the_manifest_knows_what_a_converted_file_was_made_of(published: Path) -> None:
    content = (published / "virtual_tryon.pth").read_bytes()
    convert(published, remove_originals=True)
    entry = manifest.read(published)["virtual_tryon.safetensors"]
    assert entry.source == "virtual_tryon.pth, converted to float16"
    assert entry.original_sha256 == hashlib.sha256(content).hexdigest()
    assert manifest.verify(published).good == ["virtual_tryon.safetensors"]


@pytest.mark.usefixtures("only_leffa")
def test_a_pull_does_not_fetch_a_removed_original_again(hub: Hub, folder: Path, published: Path) -> None:
    hub.files["virtual_tryon.pth"] = (published / "virtual_tryon.pth").read_bytes()
    for part in ("vae/config.json", "unet/config.json", "scheduler/scheduler_config.json"):
        path = f"{VITON_HD.base}/{part}"
        hub.files[path] = (published / path).read_bytes()
    pull(folder, ["viton_hd"])
    convert(folder, remove_originals=True)
    assert pull(folder, ["viton_hd"]).fetched == []
    assert not (folder / "virtual_tryon.pth").exists()
    assert manifest.verify(folder).is_good
    # The repository moved on: what is converted is kept until somebody decides.
    hub.files["virtual_tryon.pth"] = b"newer"
    with pytest.raises(WeightsError, match=r"virtual_tryon\.safetensors was made of another"):
        pull(folder, ["viton_hd"])


@pytest.mark.usefixtures("only_leffa")
def test_a_newer_original_takes_what_was_made_of_the_old_one_away(
    hub: Hub, folder: Path, published: Path
) -> None:
    hub.files["virtual_tryon.pth"] = (published / "virtual_tryon.pth").read_bytes()
    for part in ("vae/config.json", "unet/config.json", "scheduler/scheduler_config.json"):
        path = f"{VITON_HD.base}/{part}"
        hub.files[path] = (published / path).read_bytes()
    pull(folder, ["viton_hd"])
    convert(folder)
    hub.files["virtual_tryon.pth"] = b"newer"
    assert pull(folder, ["viton_hd"]).fetched == ["virtual_tryon.pth"]
    assert not (folder / "virtual_tryon.safetensors").exists()
    assert manifest.verify(folder).is_good


# What goes wrong


def test_a_folder_without_weights_says_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"holds nothing that can be converted: virtual_tryon\.pth"):
        convert(tmp_path)


def unreadable(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def unsafe(path: Path) -> None:
    torch.save({"evil": os.mkdir}, path)


def mismatched(path: Path) -> None:
    state = torch.load(path, weights_only=True)
    state["unet.conv_in.weight"] = torch.zeros(3)
    torch.save(state, path)


def overflowing(path: Path) -> None:
    state = torch.load(path, weights_only=True)
    state["vae.encoder.conv_in.bias"] += 1e6
    torch.save(state, path)


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (unreadable, WeightsUnreadable),
        (unsafe, WeightsUnsafe),
        (mismatched, WeightsMismatch),
        (overflowing, WeightsMismatch),
    ],
)
def test_a_hostile_or_damaged_checkpoint_is_refused_and_nothing_is_left(
    published: Path, damage: object, error: type[WeightsError]
) -> None:
    path = published / "virtual_tryon.pth"
    damage(path)  # type: ignore[operator]
    with pytest.raises(error):
        convert(published, remove_originals=True)
    assert path.exists()
    assert not list(published.glob("*.safetensors*"))


@pytest.mark.slow
def test_a_killed_conversion_leaves_no_file_under_the_final_name(published: Path) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from leffa.weights import convert, tensorfile

real = tensorfile._write
def write(*words):
    real(*words)
    write.calls += 1
    if write.calls == 200:
        os.kill(os.getpid(), signal.SIGKILL)
write.calls = 0
tensorfile._write = write
convert.convert(Path(sys.argv[1]))
"""
    done = subprocess.run([sys.executable, "-c", code, published], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert (published / "virtual_tryon.safetensors.part").exists()
    assert not (published / "virtual_tryon.safetensors").exists()
    assert load_model(published, VITON_HD).latent_channels == 4

    convert(published)

    assert not (published / "virtual_tryon.safetensors.part").exists()
    assert load_model(published, VITON_HD).latent_channels == 4


# In a process of its own: by how much the peaks of all memory and of what is no mapped file grew, in bytes.
MEASURE = """
import re, sys, threading, time
from pathlib import Path
from leffa.weights.convert import convert
from leffa.weights.converters import LeffaModel

def kilobytes(name):
    return int(re.search(rf"^{name}:\\s+(\\d+) kB", Path("/proc/self/status").read_text(), re.M)[1])

def sample():
    while True:
        peaks.append(kilobytes("RssAnon"))
        time.sleep(0.002)

folder = Path(sys.argv[1])
LeffaModel.without_memory(folder / "stable-diffusion-inpainting")
before, peaks = (kilobytes("VmHWM"), kilobytes("RssAnon")), []
threading.Thread(target=sample, daemon=True).start()
convert(folder)
print((kilobytes("VmHWM") - before[0]) * 1024, (max(peaks) - before[1]) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_large_checkpoint_is_converted_in_little_memory(tmp_path: Path) -> None:
    base, tiny = tmp_path / VITON_HD.base, DATA / "sd15" / VITON_HD.base
    shutil.copytree(tiny, base)
    config = json.loads((tiny / "unet" / "config.json").read_text())
    config["block_out_channels"] = [128, 192, 256, 256]
    (base / "unet" / "config.json").write_text(json.dumps(config))
    with torch.device("meta"):
        shapes = {key: value.shape for key, value in LeffaModel.from_base(base).state_dict().items()}
    torch.save({key: torch.zeros(shape) for key, shape in shapes.items()}, tmp_path / "virtual_tryon.pth")
    assert (tmp_path / "virtual_tryon.pth").stat().st_size > 250e6

    # The shell is small: a process's peak counts from that of the process that started it.
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", MEASURE, tmp_path],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    everything, own = map(int, done.stdout.split())
    output = (tmp_path / "virtual_tryon.safetensors").stat().st_size
    assert everything < 1.5 * output
    assert own < 0.5 * output
