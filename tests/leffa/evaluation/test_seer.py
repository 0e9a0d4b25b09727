"""What is measured of seeing, on people whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from leffa.evaluation import seer
from leffa.framing import Frame
from leffa.preprocessing.preprocessor import Preprocessed
from leffa.synthetic import sample_person


def test_the_truth_is_as_good_as_can_be() -> None:
    person = sample_person(0)
    truth = seer.truth_of(person.maps, Image.fromarray(person.image))
    row = seer.measure(truth, truth)
    errors = {name: value for name, value in row.items() if name.endswith("px")}
    assert set(errors.values()) == {0.0}
    assert {value for name, value in row.items() if name not in errors} == {1.0}
    assert {"mask upper_body", "mask lower_body", "mask dresses"} <= set(row)


def test_what_was_seen_in_a_part_of_a_larger_photo_comes_back_to_its_place() -> None:
    person = sample_person(0, (768, 1024))
    small = sample_person(0)
    # A photo of twice the size, of which the frame shows all but a border.
    frame = Frame((48, 64, 1488, 1984), (768, 1024), smooth=True)
    maps = Frame((24, 32, 744, 992), (768, 1024)).maps(person.maps)
    photo = Image.fromarray(person.image).resize((1536, 2048))
    picture = frame.photo(photo)
    nothing = Image.new("L", picture.size)
    seen = Preprocessed(frame, picture, maps, nothing, picture, (0.0, 0.0, 1.0, 1.0), 1, 18)
    sight = seer.bring_back(seen, photo.size, (192, 256))
    row = seer.measure(sight, seer.truth_of(small.maps, Image.fromarray(small.image)))
    assert row["joints, px"] < 1
    assert row["ATR"] > 0.85
    assert row["mask upper_body"] > 0.9


def test_the_command_writes_a_report_and_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seer, "PHONE_SIZE", (300, 400))
    seer.main(["--docs", str(tmp_path), "--count", "2"])
    report = (tmp_path / "seer.md").read_text()
    assert "| mask upper_body |" in report
    with Image.open(tmp_path / "images" / "seer.jpg") as sheet:
        assert sheet.size == (2 * 4 * 192 + 12, 256)


def test_joints_that_are_nowhere_are_counted_not_measured() -> None:
    wanted = np.zeros((18, 2))
    wanted[2:8] = 50.0
    mine = wanted.copy()
    mine[2] = 0.0
    mine[3] += (3.0, 4.0)
    row = seer.joint_errors(mine, wanted)
    assert row == {"joints there or not": 17 / 18, "joints, px": 1.0, "arm joints, px": 1.0}
