"""The first thing that anybody runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from leffa.cli.demo import PEOPLE
from leffa.cli.options import GARMENT_TYPES
from leffa.pictures import decode
from leffa.synthetic import sample_pair
from tests.leffa.cli.conftest import Leffa


@pytest.mark.slow
def test_everything_ends_on_one_sheet_and_the_next_commands_work(
    leffa: Leffa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = leffa("demo", "--steps", 1)
    assert done.exit_code == 0
    assert "Look at out/demo/contact_sheet.png" in done.stdout
    folder = Path("out/demo")
    results = sorted(folder.glob("result*.png"))
    assert len(results) == len(PEOPLE) * len(GARMENT_TYPES)
    assert done.stderr.splitlines() == [
        f"{folder}/result{n}_{kind}.png" for n in (1, 2) for kind in GARMENT_TYPES
    ]
    sheet = decode(folder / "contact_sheet.png")
    assert sheet.width > sheet.height > 900

    commands = [shlex.split(line)[1:] for line in re.findall("^  (leffa .*)$", done.stdout, re.MULTILINE)]
    assert len(commands) == 5
    for words in commands:
        quick = ["--steps", "1"] if words[0] in ("tryon", "pose") else []
        assert leffa(*words, *quick).exit_code == 0


@pytest.mark.parametrize("seed", PEOPLE)
def test_a_person_of_the_demo_looks_the_same_before_any_garment(seed: int) -> None:
    photos = [sample_pair(seed, (96, 128), kind).person.image.tobytes() for kind in GARMENT_TYPES]
    assert len(set(photos)) == 1
