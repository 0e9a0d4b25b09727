"""What goes wrong is one line with a code, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image

from leffa.maps import PersonMaps
from tests.leffa.cli.conftest import Leffa


def code_of(done: Result) -> str:
    """Of a failed call, which must be one line on stderr and nothing on stdout."""
    assert done.exit_code == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line.rpartition(" ")[2].strip("[]")


def empty_room(folder: Path) -> Path:
    path = folder / "room.png"
    Image.new("RGB", (192, 256), (222, 218, 210)).save(path)
    return path


def test_where_nobody_is_seen_it_is_told_what_is_known_and_what_to_try(
    leffa: Leffa, samples: Path, tmp_path: Path
) -> None:
    photo, out = empty_room(tmp_path), tmp_path / "out.png"
    done = leffa("tryon", photo, samples / "garment1.png", "-o", out)
    assert code_of(done) == "person_not_found"
    assert "drawn people only" in done.stderr
    assert "leffa weights pull" in done.stderr
    assert not out.exists()


def test_with_json_the_error_is_an_object_on_stdout(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    photo = empty_room(tmp_path)
    done = leffa("tryon", photo, samples / "garment1.png", "-o", tmp_path / "out.png", "--json")
    assert done.exit_code == 1
    assert done.stderr == ""
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "person_not_found"
    assert error["message"].startswith("nobody was found")


def test_a_damaged_garment_is_named(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    garment = tmp_path / "shirt.png"
    garment.write_bytes((samples / "garment1.png").read_bytes()[:500])
    done = leffa("tryon", samples / "person1.png", garment, "-o", tmp_path / "out.png")
    assert code_of(done) == "picture_truncated"
    assert "shirt.png" in done.stderr


def test_maps_of_another_photo_are_refused(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    photo = tmp_path / "wide.png"
    Image.new("RGB", (200, 100)).save(photo)
    words = ["--maps", samples / "person1.maps.npz", "-o", tmp_path / "out.png"]
    assert code_of(leffa("tryon", photo, samples / "garment1.png", *words)) == "option_invalid"


def test_nobody_in_the_photo(leffa: Leffa, samples: Path, tmp_path: Path) -> None:
    photo = tmp_path / "empty.png"
    Image.new("RGB", (96, 128), "white").save(photo)
    nobody = np.zeros((128, 96), np.uint8)
    maps = PersonMaps(nobody, nobody, nobody, np.zeros((128, 96, 2), np.uint8), np.zeros((18, 2)))
    maps.save(tmp_path / "empty.maps.npz")
    out = tmp_path / "out.png"
    assert code_of(leffa("tryon", photo, samples / "garment1.png", "-o", out)) == "mask_empty"
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--weights", "nowhere"], "weights_missing"),
        (["--model", "dress_code"], "weights_missing"),
        (["--device", "toaster"], "option_invalid"),
        (["--device", "cuda:99"], "option_invalid"),
        (["--scale", "nan"], "option_invalid"),
    ],
)
def test_what_cannot_be_used(
    leffa: Leffa, samples: Path, tmp_path: Path, words: list[str], code: str
) -> None:
    out = ["-o", tmp_path / "out.png"]
    assert code_of(leffa("tryon", samples / "person1.png", samples / "garment1.png", *out, *words)) == code


@pytest.mark.parametrize("name", ["person1.png", "garment1.png", "out.gif", "out", "."])
def test_an_output_that_would_do_harm_or_cannot_be_written_is_refused_before_any_work(
    leffa: Leffa, samples: Path, name: str
) -> None:
    before = {path.name: path.read_bytes() for path in samples.iterdir()}
    done = leffa("tryon", samples / "person1.png", samples / "garment1.png", "-o", samples / name)
    assert done.exit_code in (1, 2)
    assert {path.name: path.read_bytes() for path in samples.iterdir()} == before


def test_a_folder_that_is_a_file_is_refused(leffa: Leffa, samples: Path) -> None:
    below = samples / "person1.png" / "out.png"
    done = leffa("tryon", samples / "person1.png", samples / "garment1.png", "-o", below)
    assert code_of(done) == "option_invalid"


@pytest.mark.parametrize(
    "words",
    [["--steps", "0"], ["--steps", "1000"], ["--seed", "-1"], ["--garment-type", "hat"], ["--scale", "-1"]],
)
def test_an_option_out_of_its_range_is_wrong_usage(
    leffa: Leffa, samples: Path, tmp_path: Path, words: list[str]
) -> None:
    out = ["-o", tmp_path / "out.png"]
    done = leffa("tryon", samples / "person1.png", samples / "garment1.png", *out, *words)
    assert done.exit_code == 2
    assert words[0] in done.stderr


@pytest.mark.parametrize("words", [["--vitpose", "."], ["--published"]])
def test_what_belongs_to_the_published_networks_is_not_for_the_mini_model(
    leffa: Leffa, samples: Path, tmp_path: Path, words: list[str]
) -> None:
    done = leffa("preprocess", samples / "person1.png", "-o", tmp_path / "seen", *words)
    assert code_of(done) == "option_invalid"
