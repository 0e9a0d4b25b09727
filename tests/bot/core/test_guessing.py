"""Which of two photos shows the person."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bot.core.guessing import first_is_person
from tasks.errors import PictureUnreadable

DATA = Path(__file__).parents[2] / "data" / "guessing"
PEOPLE = sorted(DATA.glob("person*.jpg"))
GARMENTS = [*sorted(DATA.glob("garment*.jpg")), DATA / "cutout.png"]


@pytest.mark.parametrize("garment", GARMENTS, ids=lambda path: str(path.stem))
@pytest.mark.parametrize("person", PEOPLE, ids=lambda path: str(path.stem))
def test_a_person_is_told_from_a_garment_whichever_comes_first(person: Path, garment: Path) -> None:
    assert first_is_person(person.read_bytes(), garment.read_bytes())
    assert not first_is_person(garment.read_bytes(), person.read_bytes())


def file_of(mode: str, size: tuple[int, int], kind: str) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    "odd",
    [
        file_of("1", (1, 1), "PNG"),
        file_of("I;16", (300, 2), "PNG"),
        file_of("P", (64, 64), "GIF"),
        file_of("CMYK", (64, 64), "JPEG"),
        file_of("1", (4000, 3000), "PNG"),
    ],
)
def test_odd_pictures_are_judged_too(odd: bytes) -> None:
    person = PEOPLE[0].read_bytes()
    assert first_is_person(person, odd)
    assert not first_is_person(odd, person)


def test_of_two_alike_the_first_is_the_person() -> None:
    person = PEOPLE[0].read_bytes()
    assert first_is_person(person, person)


def test_what_is_no_picture_is_said_to_be_none() -> None:
    with pytest.raises(PictureUnreadable):
        first_is_person(PEOPLE[0].read_bytes(), b"no picture")
