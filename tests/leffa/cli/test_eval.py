"""`leffa eval`: a test set dressed, pictures measured, attention compared with the truth."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from leffa.evaluation.flow import DECODER, MIDDLE
from tests.leffa.cli.conftest import Leffa
from tests.leffa.data_sets.layouts import COUNT, viton_hd_folder
from tests.leffa.evaluation.people import darker, people


def test_the_mini_models_decoder_looks_where_the_garment_really_is(tmp_path: Path, leffa: Leffa) -> None:
    done = leffa(
        "eval", "flow", "--count", "2", "--temperature", "1", "--pictures", tmp_path / "flow", "--json"
    )
    assert done.exit_code == 0, done.output
    rows = {row["layer"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows[DECODER]["error"] < 0.2 * rows[MIDDLE]["error"]
    assert rows[DECODER]["within"] > 0.7
    with Image.open(tmp_path / "flow" / "flow0.png") as sheet:
        assert sheet.height == 512
    assert MIDDLE in leffa("eval", "flow", "--count", "1").stdout


@pytest.mark.parametrize("unpaired", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_test_set_is_dressed_and_goes_on_where_it_stopped(
    tmp_path: Path, leffa: Leffa, unpaired: bool
) -> None:
    viton_hd_folder(tmp_path / "data")
    results = tmp_path / "results"
    words = ["eval", "dress", "viton_hd", tmp_path / "data", "-o", results, "--steps", "2"]
    words += ["--unpaired"] if unpaired else []
    assert leffa(*words, "--limit", "1").exit_code == 0
    first = results / "00001_00.png"
    written = first.stat().st_mtime_ns
    done = leffa(*words)
    assert f"{COUNT} pictures" in done.stdout
    assert sorted(path.name for path in results.iterdir()) == [f"{i:05d}_00.png" for i in (1, 2, 3)]
    assert first.stat().st_mtime_ns == written
    scores = leffa("eval", "pictures", results, tmp_path / "data" / "test" / "image", "--json")
    assert json.loads(scores.stdout)["pictures"] == COUNT


def test_the_command_gives_a_table_and_json(tmp_path: Path, seeing: Path, leffa: Leffa) -> None:
    truth, results = people(tmp_path / "truth"), people(tmp_path / "results", darker)
    words = [
        "eval",
        "pictures",
        results,
        truth,
        "--networks",
        seeing,
        "--dataset",
        "dress_code",
        "--name",
        "mine",
    ]
    done = leffa(*words, "--write", tmp_path / "scores.json")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("| paired |")
    report = json.loads((tmp_path / "scores.json").read_text())
    assert report["name"] == "mine"
    assert set(report["values"]) == {"FID", "KID", "SSIM", "LPIPS", "PSNR"}
    assert [row["method"] for row in report["published"]] == ["IDM-VTON", "CatVTON", "Leffa"]
    shorter = leffa("eval", "pictures", results, truth, "--json")
    assert json.loads(shorter.stdout)["missing"] == ["FID", "KID", "LPIPS"]
    assert "left out: FID, KID, LPIPS; they need --networks FOLDER" in shorter.stderr


def test_equal_pictures_are_valid_json(tmp_path: Path, leffa: Leffa) -> None:
    truth = people(tmp_path / "truth")
    done = leffa("eval", "pictures", truth, truth, "--json")
    assert "Infinity" not in done.stdout
    assert json.loads(done.stdout)["values"]["PSNR"] is None


def test_without_torchmetrics_it_says_what_to_install(
    tmp_path: Path, leffa: Leffa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "leffa.evaluation.pictures", raising=False)
    monkeypatch.setitem(sys.modules, "torchmetrics.image", None)
    truth = people(tmp_path / "truth")
    done = leffa("eval", "pictures", truth, truth)
    assert done.exit_code == 1
    assert "pip install 'ai-giydir[eval]' [package_missing]" in done.stderr
