"""`leffa train`: what it would do, doing it, and using what it made."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from leffa.cli.train import EPILOG
from leffa.configs import TRAIN
from leffa.presets import PUBLISHED
from leffa.weights import find_preset
from tests.leffa.cli.conftest import Leffa

TRY_ON = """
[model]
kind = "viton_hd"
start = "scratch"
weights = "mini"
unet = { channels = [8, 16], heads = [1, 2], groups = 4 }
[data]
set = "drawn_try_on"
pairs = 4
held_out = 2
[[stage]]
size = [48, 64]
steps = 2
batch_size = 2
learning_rate = 1e-3
leffa = true
[run]
sheet = 1
"""
POSE = TRY_ON.replace("viton_hd", "deep_fashion").replace("drawn_try_on", "drawn_pose")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, leffa: Leffa) -> Path:
    folder = tmp_path_factory.mktemp("train")
    (folder / "c.toml").write_text(TRY_ON, encoding="utf-8")
    done = leffa("train", folder / "c.toml", "-o", folder / "run", "--device", "cpu", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["steps"], report["finished"]) == (2, True)
    return folder


def test_what_was_trained_dresses_a_person(
    trained: Path, samples: Path, tmp_path: Path, leffa: Leffa
) -> None:
    weights = trained / "run" / "model"
    preset = find_preset(weights, "viton_hd")
    assert (preset.work_size, preset.repaint) == ((48, 64), True)
    assert find_preset(weights, "dress_code") == PUBLISHED["dress_code"]
    words = ["tryon", samples / "person1.png", samples / "garment1.png", "-o", tmp_path / "out.png"]
    done = leffa(*words, "--weights", weights, "--steps", "2")
    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "out.png") as made, Image.open(samples / "person1.png") as person:
        assert made.size == person.size


def test_a_run_leaves_sheets_losses_and_a_board(trained: Path) -> None:
    run = trained / "run"
    assert [one.name for one in sorted((run / "sheets").iterdir())] == [
        "step-000000000.png",
        "step-000000002.png",
    ]
    with Image.open(run / "sheets" / "step-000000002.png") as sheet:
        assert sheet.size == (4 * (48 + 4), 64 + 4)
    assert len((run / "losses.jsonl").read_text().splitlines()) == 2
    assert any((run / "tensorboard").iterdir())
    provenance = json.loads((run / "model" / "provenance.json").read_text())
    assert provenance["steps_done"] == 2
    assert str(trained) not in json.dumps(provenance)


def test_the_same_command_again_has_nothing_to_do(trained: Path, leffa: Leffa) -> None:
    before = (trained / "run" / "losses.jsonl").read_text()
    done = leffa("train", trained / "c.toml", "-o", trained / "run", "--device", "cpu", "--resume")
    assert "step 2 of 2, done" in done.stdout
    assert (trained / "run" / "losses.jsonl").read_text() == before


def test_pose_transfer_is_trained_and_used(tmp_path: Path, samples: Path, leffa: Leffa) -> None:
    (tmp_path / "c.toml").write_text(POSE, encoding="utf-8")
    done = leffa(
        "train", tmp_path / "c.toml", "-o", tmp_path / "run", "--set", "data.held_out=0", "--device", "cpu"
    )
    assert done.exit_code == 0, done.output
    words = ["pose", samples / "person1.png", samples / "person2.png", "-o", tmp_path / "out.png"]
    done = leffa(*words, "--weights", tmp_path / "run" / "model", "--steps", "2")
    assert done.exit_code == 0, done.output
    # A plain drawn photo has no maps beside it: it is seen by the network for drawn people.
    plain = tmp_path / "plain.png"
    plain.write_bytes((samples / "person2.png").read_bytes())
    words = ["pose", samples / "person1.png", plain, "-o", tmp_path / "seen.png"]
    done = leffa(*words, "--weights", tmp_path / "run" / "model", "--steps", "2")
    assert done.exit_code == 0, done.output
    with Image.open(tmp_path / "seen.png") as seen, Image.open(plain) as photo:
        assert seen.size == photo.size


def test_a_dry_run_tells_and_does_nothing(tmp_path: Path, leffa: Leffa) -> None:
    text = leffa("train", "mini_try_on", "-o", tmp_path / "run", "--dry-run").stdout
    assert "unet 5.0 M" in text
    assert "8000 examples, each 12.0 times" in text
    assert "diffusion + Leffa + correspondence loss" in text
    assert "0 of 15000 steps are done" in text
    assert not (tmp_path / "run").exists()
    told = json.loads(leffa("train", "mini_pose", "-o", tmp_path / "run", "--dry-run", "--json").stdout)
    assert told["plan"]["held_out"] == 32


def test_wrong_configurations_and_folders_are_one_line(tmp_path: Path, leffa: Leffa) -> None:
    done = leffa("train", "mini_try_on", "-o", tmp_path, "--set", "stage.0.sters=1")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: mini_try_on.toml: stage[0].sters is unknown; did you mean steps?")
    assert done.stderr.count("\n") == 1
    done = leffa("train", "mini_try_on", "-o", tmp_path, "--resume")
    assert "holds nothing to go on from" in done.stderr
    done = leffa("train", "viton_hd", "-o", tmp_path, "--dry-run")
    assert "no configuration at sd-vae-ft-mse" in done.stderr


def test_ctrl_c_leaves_a_run_to_go_on_with(
    tmp_path: Path, leffa: Leffa, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leffa.training.stage import StageTraining

    (tmp_path / "c.toml").write_text(TRY_ON, encoding="utf-8")
    words = [
        "train",
        tmp_path / "c.toml",
        "-o",
        tmp_path / "run",
        "--set",
        "data.held_out=0",
        "--device",
        "cpu",
    ]
    step = StageTraining.step

    def interrupted(*arguments: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return step(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(StageTraining, "step", interrupted)
    done = leffa(*words)
    assert done.exit_code == 130
    assert "stopped after step 1 of 2; the same command goes on" in done.stderr
    monkeypatch.undo()
    monkeypatch.setenv("GIYDIR_DEVICE", "cpu")
    assert "step 2 of 2, done" in leffa(*words).stdout


def test_help_names_every_sample() -> None:
    assert all(path.stem in EPILOG for path in TRAIN.glob("*.toml"))
