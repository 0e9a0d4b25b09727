"""People to try with, and commands that work when they are copied."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from leffa.maps import PersonMaps
from leffa.marking import DRAWN
from leffa.pictures import decode
from tests.leffa.cli.conftest import Leffa


def test_each_person_has_maps_a_garment_and_the_truth(samples: Path) -> None:
    expected = [f"{name}{n}.png" for n in (1, 2, 3) for name in ("person", "garment", "truth")]
    expected += [f"person{n}.maps.npz" for n in (1, 2, 3)]
    assert sorted(path.name for path in samples.iterdir()) == sorted(expected)
    assert {decode(path).size for path in samples.glob("*.png")} == {(120, 160)}
    assert PersonMaps.load(samples / "person1.maps.npz").size == (120, 160)


def test_drawings_say_that_they_are_drawn(samples: Path) -> None:
    assert DRAWN.encode() in (samples / "person1.png").read_bytes()


def test_the_same_seed_draws_the_same_people(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    leffa("sample", "-o", tmp_path, "--size", "120x160", "--count", 1, "--seed", 1)
    assert (tmp_path / "person1.png").read_bytes() != (samples / "person1.png").read_bytes()
    leffa("sample", "-o", tmp_path, "--size", "120x160", "--count", 1)
    assert (tmp_path / "person1.png").read_bytes() == (samples / "person1.png").read_bytes()


@pytest.mark.slow
def test_the_commands_that_it_suggests_work(leffa: Leffa, tmp_path: Path) -> None:
    folder = tmp_path / "some people"
    said = leffa("sample", "-o", folder, "--size", "96x128").stdout
    commands = [shlex.split(line) for line in re.findall("^  (.*)$", said, re.MULTILINE)]
    assert len(commands) == 3
    for program, *words in commands:
        assert program == "leffa"
        assert leffa(*words, "--steps", 1).exit_code == 0
    assert len(list(folder.glob("result?.png"))) == 3


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [(["--size", "big"], 2), (["--size", "10x10"], 2), (["--size", "100x100"], 1), (["--count", "0"], 2)],
)
def test_a_size_or_count_that_cannot_be_drawn(
    leffa: Leffa, tmp_path: Path, words: list[str], exit_code: int
) -> None:
    assert leffa("sample", "-o", tmp_path / "new", *words).exit_code == exit_code
