"""What is said of the claim follows from what was measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leffa.evaluation.claim import ABLATIONS, BASIC
from leffa.evaluation.claim_report import Facts, Row, bootstrap, render, summarise
from leffa.training.config import read_config

PAIRS = list(range(40))


def rows(shift: float, seed: int) -> dict[int, Row]:
    """SSIM with a lot of difference between pairs, and little between models."""
    people = np.random.default_rng(0).normal(0.5, 0.2, len(PAIRS))
    noise = np.random.default_rng(seed).normal(0, 0.01, len(PAIRS))
    return {pair: {"pair": pair, "SSIM": people[pair] + noise[pair] + shift} for pair in PAIRS}


def page(shifts: tuple[float, float]) -> str:
    measured = {
        "without": [rows(0, 1), rows(0, 2)],
        "with": [rows(shift, seed) for seed, shift in enumerate(shifts, 3)],
    }
    config: dict[str, Any] = read_config("claim_loss").as_json()
    facts = Facts(
        "python -m leffa.evaluation.claim",
        len(PAIRS),
        30.0,
        2,
        20,
        True,
        config,
        {"without": config, "with": config},
    )
    return render(summarise(measured, PAIRS), facts, 4)


def test_a_small_gain_in_every_pair_is_seen_through_the_spread_of_people() -> None:
    assert "*with*, beside *without*:\n\n- SSIM: better by " in page((0.02, 0.02))
    assert "SSIM: worse by " in page((-0.02, -0.02))


def test_no_gain_is_told_as_none() -> None:
    assert "SSIM: no difference that the pairs would tell from chance" in page((0, 0))


def test_seeds_that_disagree_are_told_of() -> None:
    assert ", but not in every seed" in page((0.06, -0.02))


def test_the_interval_holds_the_mean_and_narrows_with_more_pairs() -> None:
    values = np.random.default_rng(0).normal(1.0, 1.0, 400)
    low, high = bootstrap(values, 500)
    assert low < values.mean() < high
    few = bootstrap(values[:40], 500)
    assert high - low < few[1] - few[0]


def test_every_arm_is_a_training() -> None:
    for arm in [*BASIC, *ABLATIONS.values()]:
        assert read_config("claim_loss", arm.overrides).steps > 0


@pytest.mark.slow
def test_the_whole_way_in_miniature_goes_on_after_its_minutes(tmp_path: Path) -> None:
    small = ["data.pairs=4", "data.held_out=0", "stage.0.steps=2", "run.sheet=0"]
    unet = ["model.unet.channels=[8,16]", "model.unet.heads=[1,2]"]
    words = [
        "--work",
        str(tmp_path / "work"),
        "--docs",
        str(tmp_path),
        "--seeds",
        "1",
        "--pairs",
        "3",
        "--steps",
        "2",
    ]
    words += ["--device", "cpu", *(word for one in small for word in ("--set", one))]
    words += [word for one in unet for word in ("--set-base", one)]
    command = [sys.executable, "-m", "leffa.evaluation.claim", *words]
    first = subprocess.run([*command, "--minutes", "0.05"], check=True, capture_output=True, text=True)
    assert "the same command goes on" in first.stderr
    assert not (tmp_path / "claim.md").exists()
    subprocess.run(command, check=True, capture_output=True)
    found = json.loads((tmp_path / "claim.json").read_text())
    assert found["facts"]["pairs"] == 3
    assert found["summary"]["with"]["SSIM"]["pairs"] == 3
    assert str(tmp_path) not in json.dumps(found)
    assert (tmp_path / "images" / "claim-flow.jpg").exists()
