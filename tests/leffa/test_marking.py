"""A picture says how it came about, and is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import ExifTags, Image

from leffa.errors import OptionInvalid
from leffa.marking import COMPOSITE, DRAWN, save_marked
from leffa.pictures import decode

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
SOURCE_TYPE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def packet(path: Path) -> ElementTree.Element:
    with Image.open(path) as picture:
        xmp = picture.info["xmp"]
    return ElementTree.fromstring(xmp if isinstance(xmp, bytes) else xmp.encode())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_says_that_a_trained_model_made_parts_of_it(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    save_marked(Image.new("RGB", (64, 48), "teal"), path, comment="seed 7 < 8 & more")
    found = packet(path)
    assert [tag.text for tag in found.iter(SOURCE_TYPE)] == [TRAINED]
    assert ["".join(tag.itertext()) for tag in found.iter(DESCRIPTION)] == ["seed 7 < 8 & more"]
    assert TRAINED == COMPOSITE
    with Image.open(path) as picture:
        assert picture.getexif()[ExifTags.Base.Software].startswith("AI-Giydir ")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_pixels_stay_as_they_were(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    save_marked(Image.new("RGB", (64, 64), (10, 120, 130)), path)
    opened = np.asarray(decode(path)).astype(int)
    assert opened.shape == (64, 64, 3)
    assert np.abs(opened - (10, 120, 130)).max() <= 2


def test_a_drawing_is_told_from_what_a_trained_model_made(tmp_path: Path) -> None:
    path = tmp_path / "person.png"
    save_marked(Image.new("RGB", (64, 64)), path, source_type=DRAWN)
    assert [tag.text for tag in packet(path).iter(SOURCE_TYPE)] == [DRAWN]


def test_a_mask_can_be_saved_too(tmp_path: Path) -> None:
    save_marked(Image.new("L", (64, 64), 255), tmp_path / "mask.png")
    with Image.open(tmp_path / "mask.png") as picture:
        assert picture.mode == "L"


@pytest.mark.parametrize("name", ["out.gif", "out", "out.tiff"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionInvalid, match=name):
        save_marked(Image.new("RGB", (64, 64)), tmp_path / name)


def test_a_failing_write_leaves_the_older_picture_and_no_debris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"older")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        save_marked(Image.new("RGB", (64, 64)), path)
    assert os.listdir(tmp_path) == ["out.png"]
    assert path.read_bytes() == b"older"


def test_a_new_picture_replaces_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    for colour in ("red", "blue"):
        save_marked(Image.new("RGB", (64, 64), colour), path)
    assert decode(path).getpixel((0, 0)) == (0, 0, 255)
    assert os.listdir(tmp_path) == ["out.png"]
