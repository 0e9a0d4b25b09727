"""The published weights, from the command line."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result
from safetensors.torch import load_file

from leffa.presets import VITON_HD
from leffa.weights import layout
from leffa.weights.layout import files_for
from tests.leffa.cli.conftest import Leffa
from tests.leffa.cli.test_errors import code_of
from tests.leffa.published import Files
from tests.leffa.weights.hub import CHECKPOINT, COMMIT, SIZE, Hub

ROOT = Path(__file__).parents[3]


@pytest.fixture
def pulled(hub: Hub, leffa: Leffa, tmp_path: Path) -> Path:
    """A folder with everything for try-on."""
    folder = tmp_path / "weights"
    done = leffa("weights", "pull", "--model", "viton_hd", folder, "--accept-licence", "--quiet")
    assert (done.exit_code, done.output) == (0, "")
    return folder


def report_of(done: Result) -> Any:
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_an_empty_folder_is_listed_with_what_to_do(leffa: Leffa, tmp_path: Path) -> None:
    done = leffa("weights", "list", tmp_path)
    assert done.exit_code == 0
    assert (
        f"viton_hd: 8 files missing, 8.21 GB: leffa weights pull --model viton_hd {tmp_path}" in done.stdout
    )
    assert "OpenPose body weights: CMU licence" in done.stdout
    assert "(not accepted yet)" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_list_can_be_read_by_programs(leffa: Leffa, pulled: Path) -> None:
    report = report_of(leffa("weights", "list", "--model", "viton_hd", "--json", pulled))
    assert report["models"] == {"viton_hd": {"ready": True, "missing": [], "to_fetch": 0}}
    states = {file["path"]: file["state"] for file in report["files"]}
    assert states[CHECKPOINT] == "there"
    assert states["schp/exp-schp-201908301523-atr.pth"] == "missing"
    assert all(licence["accepted"] for licence in report["licences"])


def test_pulling_says_what_was_fetched(hub: Hub, leffa: Leffa, tmp_path: Path) -> None:
    done = leffa("weights", "pull", "--model", "viton_hd", tmp_path, "--accept-licence")
    assert done.exit_code == 0
    assert "CreativeML OpenRAIL-M" in done.stderr
    assert f"{CHECKPOINT}: 5.0 MB, checksum right" in done.stderr
    assert done.stdout.startswith(f"{tmp_path}: 8 files fetched (5.0 MB), 0 were there; commit {COMMIT}")
    assert f"leffa weights convert {tmp_path}" in done.stdout
    again = leffa("weights", "pull", "--model", "viton_hd", tmp_path)
    assert again.stdout == f"{tmp_path}: 0 files fetched (0 B), 8 were there; commit {COMMIT}\n"
    assert again.stderr == ""


def test_a_pull_can_be_read_by_programs(hub: Hub, leffa: Leffa, pulled: Path) -> None:
    report = report_of(
        leffa("weights", "pull", "--model", "deep_fashion", pulled, "--accept-licence", "--json")
    )
    assert report["commit"] == COMMIT
    assert "pose_transfer.pth" in report["fetched"]
    assert report["present"] == ["densepose/model_final_162be9.pkl"]


def test_a_mirror_can_be_named(hub: Hub, leffa: Leffa, tmp_path: Path) -> None:
    words = ["weights", "pull", "--model", "viton_hd", tmp_path, "--accept-licence", "-q"]
    assert code_of(leffa(*words, "--endpoint", "http://127.0.0.1:9")) == "weights_unavailable"
    assert leffa(*words, "--endpoint", f"{hub.url}/").exit_code == 0


def test_where_nobody_can_be_asked_nothing_is_fetched(hub: Hub, leffa: Leffa, tmp_path: Path) -> None:
    done = leffa("weights", "pull", "--model", "viton_hd", tmp_path / "new")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].endswith("--accept-licence [licence_not_accepted]")
    assert "non-commercial" in done.stderr
    assert hub.headers == []
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("answer", "exit_code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_at_a_terminal_one_is_asked(hub: Hub, tmp_path: Path, answer: str, exit_code: int) -> None:
    person, command = pty.openpty()
    os.write(person, answer.encode())
    code = (
        "from dataclasses import replace; from leffa.weights import layout\n"
        "layout.FILES = tuple(replace(file, sha256=None) for file in layout.FILES)\n"
        "from leffa.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "weights", "pull", "--model", "deep_fashion", tmp_path],
        stdin=command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": hub.url, "PYTHONPATH": str(ROOT)},
    )
    os.close(person)
    os.close(command)
    assert "Do you accept these terms? [y/N]" in done.stderr
    assert done.returncode == exit_code
    assert (tmp_path / "pose_transfer.pth").exists() == (exit_code == 0)


def test_verifying_ends_with_1_when_something_is_wrong(leffa: Leffa, pulled: Path) -> None:
    done = leffa("weights", "verify", pulled)
    assert (done.exit_code, done.stdout) == (0, f"{pulled}: 8 files as recorded, 0 not\n")
    (pulled / CHECKPOINT).write_bytes(bytes(SIZE))
    (pulled / "openpose/body_pose_model.pth").unlink()
    done = leffa("weights", "verify", pulled)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "missing  openpose/body_pose_model.pth",
        f"changed  {CHECKPOINT}",
        f"{pulled}: 6 files as recorded, 2 not",
    ]
    done = leffa("weights", "verify", pulled, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["changed"] == [CHECKPOINT]


def test_converting_says_what_it_made(leffa: Leffa, files: dict[str, Files], tmp_path: Path) -> None:
    shutil.copytree(files["sd15"].base, tmp_path / VITON_HD.base)
    torch.save(load_file(files["sd15"].checkpoint), tmp_path / CHECKPOINT)
    done = leffa("weights", "convert", tmp_path, "--dtype", "bfloat16")
    assert done.exit_code == 0
    assert done.stdout.startswith("virtual_tryon.safetensors: ")
    assert "made of virtual_tryon.pth" in done.stdout
    (file,) = report_of(leffa("weights", "convert", tmp_path, "--json"))["files"]
    assert file["made"] is False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["verify"], "weights_missing"),
        (["convert"], "weights_missing"),
        (["pull", "--model", "viton_hd", "--accept-licence", "-q"], "weights_unavailable"),  # offline
    ],
)
def test_what_cannot_be_done_is_one_line(leffa: Leffa, tmp_path: Path, words: list[str], code: str) -> None:
    assert code_of(leffa("weights", *words, tmp_path)) == code


def test_a_model_must_be_named_to_pull(leffa: Leffa, tmp_path: Path) -> None:
    done = leffa("weights", "pull", tmp_path)
    assert done.exit_code == 2
    assert "viton_hd" in done.stderr


@pytest.mark.parametrize(
    ("setting", "folder"), [("mini", "weights"), ("", "weights"), ("/data/leffa", "/data/leffa")]
)
def test_the_folder_is_that_of_the_settings(
    leffa: Leffa, monkeypatch: pytest.MonkeyPatch, setting: str, folder: str
) -> None:
    monkeypatch.setenv("GIYDIR_WEIGHTS", setting)
    assert report_of(leffa("weights", "list", "--json"))["folder"] == folder


def test_every_missing_file_of_a_model_is_listed(leffa: Leffa, tmp_path: Path) -> None:
    report = report_of(leffa("weights", "list", "--json", tmp_path))
    for model in layout.MODELS:
        assert report["models"][model]["missing"] == [file.path for file in files_for([model])]
