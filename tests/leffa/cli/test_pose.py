"""A drawn person in another one's pose, by the mini model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from leffa.pictures import decode
from tests.leffa.cli.conftest import Leffa


def test_a_person_takes_the_pose_of_another_plain_picture(
    leffa: Leffa, samples: Path, tmp_path: Path
) -> None:
    target = Path(shutil.copy(samples / "person2.png", tmp_path / "other.png"))  # nothing known beside it
    out = tmp_path / "out.png"
    done = leffa("pose", samples / "person1.png", target, "-o", out, "--steps", 2, "--seed", 5, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["seed"] == 5
    assert decode(out).size == decode(target).size
    assert b"ompositeWithTrainedAlgorithmicMedia" in out.read_bytes()
