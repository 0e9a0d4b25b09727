"""Weights are fetched over HTTP, whatever happens on the way."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import filelock
import huggingface_hub
import pytest

from leffa.control import ModelName
from leffa.errors import (
    DiskFull,
    LicenceNotAccepted,
    WeightsBusy,
    WeightsCorrupt,
    WeightsError,
    WeightsUnavailable,
)
from leffa.weights import download, files, layout, manifest
from leffa.weights.layout import files_for
from leffa.weights.manifest import Entry
from leffa.weights.pull import pull
from tests.leffa.weights.hub import CHECKPOINT, COMMIT, REPOSITORY, SIZE, Hub

ROOT = Path(__file__).parents[3]
DENSEPOSE = "densepose/model_final_162be9.pkl"


def held(folder: Path) -> dict[str, bytes]:
    """Every file of the folder but its records."""
    ours = {manifest.NAME, "licences.json", files.LOCK}
    paths = [path for path in folder.rglob("*") if path.is_file()]
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return {path: content for path, content in found.items() if path not in ours}


def wanted(hub: Hub, *models: ModelName) -> dict[str, bytes]:
    return {file.path: hub.files[file.path] for file in files_for(models)}


@pytest.mark.parametrize("model", layout.MODELS)
def test_a_model_gets_what_it_needs_and_nothing_else(hub: Hub, folder: Path, model: ModelName) -> None:
    done = pull(folder, [model])
    assert held(folder) == wanted(hub, model)
    assert set(done.fetched) == set(wanted(hub, model))
    assert done.commit == COMMIT
    assert done.size == sum(map(len, wanted(hub, model).values()))


def test_try_on_needs_no_sdxl_and_pose_transfer_neither_parsing_nor_joints() -> None:
    try_on, pose = ({file.path for file in files_for([model])} for model in ("viton_hd", "deep_fashion"))
    assert not any("xl" in path or "pose_transfer" in path or "schp" in path for path in try_on)
    assert {path.partition("/")[0] for path in try_on if path.endswith((".onnx", ".pkl"))} == {
        "humanparsing",
        "densepose",
    }
    assert not any(path.startswith(("humanparsing", "openpose", "schp")) for path in pose)


def test_the_original_parsing_networks_can_be_had_instead(hub: Hub, folder: Path) -> None:
    pull(folder, ["viton_hd"], parsing="torch")
    assert {path.partition("/")[0] for path in held(folder)} >= {"schp", "openpose"}
    assert not (folder / "humanparsing").exists()


def test_what_two_models_share_is_fetched_once(hub: Hub, folder: Path) -> None:
    pull(folder, ["viton_hd"])
    done = pull(folder, ["viton_hd", "deep_fashion"])
    assert held(folder) == wanted(hub, "viton_hd", "deep_fashion")
    assert set(done.present) == set(wanted(hub, "viton_hd"))
    assert hub.asked(DENSEPOSE) == [0]


def test_the_manifest_says_what_came_from_where(hub: Hub, folder: Path) -> None:
    pull(folder, ["dress_code"])
    entries = manifest.read(folder)
    assert entries.keys() == wanted(hub, "dress_code").keys()
    entry, content = entries[DENSEPOSE], hub.files[DENSEPOSE]
    assert entry == Entry(
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        source=f"{hub.url}/{REPOSITORY}",
        time=entry.time,
        revision=COMMIT,
    )


def test_no_token_is_sent(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull(folder, ["viton_hd"])
    assert len(hub.headers) > 8
    assert not any("hf_secret" in str(headers) for headers in hub.headers)


# Interrupted


def test_a_connection_that_breaks_is_taken_up_where_it_broke(hub: Hub, folder: Path) -> None:
    hub.cuts[CHECKPOINT] = [2_500_000, 1_000_000]
    pull(folder, ["viton_hd"])
    assert held(folder) == wanted(hub, "viton_hd")
    first, second, third = hub.asked(CHECKPOINT)
    assert first == 0
    assert 0 < second <= 2_500_000
    assert second < third < SIZE


def test_a_second_run_asks_for_the_rest_only(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TRIES", 0)
    hub.cuts[CHECKPOINT] = [3_000_000, 0]
    with pytest.raises(WeightsUnavailable, match=r"virtual_tryon\.pth: .* the same command goes on"):
        pull(folder, ["viton_hd"])
    assert not (folder / CHECKPOINT).exists()
    (part,) = folder.glob(f"{CHECKPOINT}.*.part")
    have = part.stat().st_size
    assert 1_000_000 < have <= 3_000_000

    hub.requests.clear()
    pull(folder, ["viton_hd"])

    assert hub.asked(CHECKPOINT) == [have]
    assert held(folder) == wanted(hub, "viton_hd")


def test_ctrl_c_leaves_what_has_come_for_the_next_run(hub: Hub, folder: Path) -> None:
    hub.stalls[CHECKPOINT] = 3_500_000
    with subprocess.Popen(
        [sys.executable, "-c", UNCHECKED_PULL, "viton_hd", folder, "--endpoint", hub.url],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "0", "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not any(part.stat().st_size > 2_000_000 for part in folder.glob("*.part")):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = process.stderr.read().strip().splitlines()
    assert process.returncode == 130
    assert said[-1] == "error: stopped; the same command goes on from here [cancelled]"
    (part,) = folder.glob("*.part")
    have = part.stat().st_size

    hub.requests.clear()
    pull(folder, ["viton_hd"])

    assert hub.asked(CHECKPOINT) == [have]
    assert held(folder) == wanted(hub, "viton_hd")


UNCHECKED_PULL = """
import signal
import sys
from dataclasses import replace
from leffa.weights import layout
layout.FILES = tuple(replace(file, sha256=None) for file in layout.FILES)
from leffa.cli import main
# As at a terminal: whatever was started in the background inherits that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
main(["weights", "pull", "--model", *sys.argv[1:]])
"""


def test_a_server_without_ranges_begins_again(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.ranges = False
    hub.cuts[CHECKPOINT] = [3_000_000]
    pull(folder, ["viton_hd"])
    assert len(hub.asked(CHECKPOINT)) == 2
    assert held(folder) == wanted(hub, "viton_hd")


def test_a_server_without_ranges_that_always_breaks_is_given_up(hub: Hub, folder: Path) -> None:
    hub.ranges = False
    hub.cuts[CHECKPOINT] = [3_000_000] * 100
    with pytest.raises(WeightsUnavailable):
        pull(folder, ["viton_hd"])
    assert len(hub.asked(CHECKPOINT)) < 10


def test_a_busy_server_is_asked_again(hub: Hub, folder: Path) -> None:
    hub.statuses[CHECKPOINT] = [503, 429]
    pull(folder, ["viton_hd"])
    assert held(folder) == wanted(hub, "viton_hd")


def test_what_an_older_version_left_half_is_not_mixed_in(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TRIES", 0)
    hub.cuts[CHECKPOINT] = [3_000_000, 0]
    with pytest.raises(WeightsUnavailable):
        pull(folder, ["viton_hd"])
    hub.cuts.clear()
    hub.commit, hub.files[CHECKPOINT] = "f" * 40, b"quite another file" * 1000
    pull(folder, ["viton_hd"])
    assert held(folder) == wanted(hub, "viton_hd")


# Wrong bytes


def test_wrong_bytes_are_fetched_again(hub: Hub, folder: Path) -> None:
    hub.wrong[CHECKPOINT] = 1
    pull(folder, ["viton_hd"])
    assert held(folder) == wanted(hub, "viton_hd")
    assert hub.asked(CHECKPOINT) == [0, 0]


@pytest.mark.parametrize("path", [CHECKPOINT, "stable-diffusion-inpainting/unet/config.json"])
def test_bytes_that_stay_wrong_are_refused_and_not_left_in_place(hub: Hub, folder: Path, path: str) -> None:
    hub.wrong[path] = 99
    with pytest.raises(WeightsCorrupt, match=path):
        pull(folder, ["viton_hd"])
    assert not list(folder.rglob(f"{Path(path).name}*"))
    assert path not in manifest.read(folder)


def test_a_repository_with_another_file_than_the_published_one_is_refused_before_anything_is_fetched(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {DENSEPOSE: "0" * 64}
    monkeypatch.setattr(
        layout, "FILES", tuple(replace(file, sha256=known.get(file.path)) for file in layout.FILES)
    )
    with pytest.raises(WeightsCorrupt, match=f"another {DENSEPOSE}"):
        pull(folder, ["viton_hd"])
    assert held(folder) == {}
    assert hub.requests == []


def test_a_file_that_was_damaged_since_is_fetched_again(hub: Hub, folder: Path) -> None:
    pull(folder, ["viton_hd"])
    damaged = folder / DENSEPOSE
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\0")
    done = pull(folder, ["viton_hd"])
    assert done.fetched == [DENSEPOSE]
    assert held(folder) == wanted(hub, "viton_hd")


def test_a_file_of_somebody_elses_making_is_never_replaced(hub: Hub, folder: Path) -> None:
    (folder / CHECKPOINT).write_bytes(b"my own training")
    with pytest.raises(WeightsCorrupt, match="move it away"):
        pull(folder, ["viton_hd"])
    assert held(folder) == {CHECKPOINT: b"my own training"}


def test_a_right_file_that_was_copied_there_is_taken_over(hub: Hub, folder: Path) -> None:
    (folder / CHECKPOINT).write_bytes(hub.files[CHECKPOINT])
    done = pull(folder, ["viton_hd"])
    assert CHECKPOINT in done.present
    assert CHECKPOINT in manifest.read(folder)
    assert hub.asked(CHECKPOINT) == []


# Not there


def test_a_file_that_the_repository_lost_is_named(hub: Hub, folder: Path) -> None:
    del hub.files[DENSEPOSE]
    with pytest.raises(WeightsUnavailable, match=f"has no {DENSEPOSE} at main"):
        pull(folder, ["viton_hd"])
    assert hub.requests == []


def test_a_file_that_is_listed_and_not_there_is_named_with_the_status(hub: Hub, folder: Path) -> None:
    hub.gone.add(DENSEPOSE)
    with pytest.raises(WeightsUnavailable, match=f"{DENSEPOSE}: the server answered 404"):
        pull(folder, ["viton_hd"])
    assert not (folder / DENSEPOSE).exists()


def test_a_revision_can_be_chosen_and_an_unknown_one_is_named(hub: Hub, folder: Path) -> None:
    assert pull(folder, ["viton_hd"], revision=COMMIT).commit == COMMIT
    with pytest.raises(WeightsUnavailable, match="lacks pose_transfer"):
        pull(folder, ["deep_fashion"], revision="v9")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "no address", "ftp://127.0.0.1"])
def test_an_endpoint_that_is_none_is_one_line(hub: Hub, folder: Path, url: str) -> None:
    with pytest.raises(WeightsUnavailable) as caught:
        pull(folder, ["viton_hd"], endpoint=url)
    assert url in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "listing",
    [{}, [], {"sha": None}, {"sha": COMMIT, "siblings": [{}]}, {"sha": "../..", "siblings": []}],
    ids=str,
)
def test_a_server_that_is_no_hub_is_refused(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, listing: Any
) -> None:
    monkeypatch.setattr(hub, "listing", lambda: listing)
    with pytest.raises(WeightsUnavailable):
        pull(folder, ["viton_hd"])
    assert held(folder) == {}


def test_offline_the_missing_file_is_named_with_the_command_that_gets_it(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsUnavailable) as caught:
        pull(folder, ["dress_code"])
    message = str(caught.value)
    assert f"{folder} lacks virtual_tryon_dc.pth and 7 more" in message
    assert "offline mode is enabled" in message
    assert message.endswith(f"leffa weights pull --model dress_code {folder}")
    assert "\n" not in message
    assert hub.headers == []


def test_offline_a_complete_folder_is_complete(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(folder, ["viton_hd"])
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    done = pull(folder, ["viton_hd"])
    assert done.commit is None
    assert set(done.present) == set(wanted(hub, "viton_hd"))


# Not allowed, no room


def test_without_accepted_terms_nobody_is_asked_for_anything(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(LicenceNotAccepted, match=r"OpenPose .*non-commercial"):
        pull(tmp_path / "new", ["viton_hd"])
    assert hub.headers == []
    assert not (tmp_path / "new").exists()


def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=SIZE))
    with pytest.raises(DiskFull, match=r"5\.0 MB are needed, and 5\.0 MB are free at"):
        pull(folder, ["viton_hd"])
    assert hub.requests == []


def test_what_is_there_already_needs_no_room(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TRIES", 0)
    hub.cuts[CHECKPOINT] = [4_000_000, 0]
    with pytest.raises(WeightsUnavailable):
        pull(folder, ["viton_hd"])
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=3_000_000))
    pull(folder, ["viton_hd"])
    assert held(folder) == wanted(hub, "viton_hd")


def test_a_disk_that_becomes_full_on_the_way_is_told(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def limited(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        file = real(self, mode, *args, **options)
        return Small(file) if mode == "r+b" and self.suffix == ".part" and "pth" in self.name else file

    monkeypatch.setattr(Path, "open", limited)
    with pytest.raises(DiskFull, match=r"while virtual_tryon\.pth was being written"):
        pull(folder, ["viton_hd"])
    assert not (folder / CHECKPOINT).exists()


class Small:
    """A file on a disk with room for two megabytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._room = file, 2_000_000

    def __enter__(self) -> Small:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def write(self, chunk: bytes) -> int:
        self._room -= len(chunk)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(chunk)


def test_two_at_once_do_not_write_the_same_files(hub: Hub, folder: Path) -> None:
    with filelock.FileLock(folder / files.LOCK), pytest.raises(WeightsBusy, match="another process"):
        pull(folder, ["viton_hd"])
    assert held(folder) == {}


def test_every_error_is_a_weights_error() -> None:
    assert all(issubclass(kind, WeightsError) for kind in (DiskFull, WeightsBusy, WeightsUnavailable))
