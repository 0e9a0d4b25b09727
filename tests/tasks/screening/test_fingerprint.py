"""A picture is known again after what happens to pictures on their way; another one is not taken for it."""

from __future__ import annotations

from itertools import combinations

import pytest
from PIL import ExifTags, Image, ImageEnhance, ImageOps
from pydantic import SecretStr

from config.settings import Settings
from tasks.errors import PictureTooLarge, PictureTooSmall, PictureUnreadable
from tasks.records import Fingerprint
from tasks.screening.fingerprint import fingerprint
from tasks.screening.pixels import check_size, decode_small
from tests.tasks.screening.pictures import file_of, person, plain

SECRET = SecretStr("k" * 32)
LIKE = Settings().block_distance


def known(picture: Image.Image | bytes) -> Fingerprint:
    return fingerprint(picture if isinstance(picture, bytes) else file_of(picture), SECRET)


def apart(one: str | None, other: str | None) -> int:
    assert one is not None
    assert other is not None
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_the_same_file_has_the_same_fingerprint_and_only_with_the_same_key() -> None:
    file = file_of(person(1))
    assert known(file) == known(file)
    other = fingerprint(file, SecretStr("x" * 32))
    assert other.exact != known(file).exact
    assert other.look == known(file).look


@pytest.mark.parametrize("seed", range(5))
def test_a_scaled_recompressed_or_grey_copy_looks_the_same(seed: int) -> None:
    original = person(seed)
    small = original.resize((original.width // 2, original.height // 2))
    copies: list[Image.Image | bytes] = [
        small,
        original.convert("L"),
        file_of(original, "JPEG", quality=40),
        file_of(original, "WEBP", quality=50),
        ImageEnhance.Contrast(original).enhance(0.8),
        original.convert("RGBA"),
    ]
    for copy in copies:
        assert known(copy).exact != known(original).exact
        assert apart(known(copy).look, known(original).look) <= LIKE


def test_a_mirrored_copy_is_known_by_the_mirrored_look() -> None:
    original, mirrored = known(person(3)), known(ImageOps.mirror(person(3)))
    assert apart(mirrored.mirrored, original.look) <= 2
    assert apart(mirrored.look, original.look) > LIKE


def test_a_photo_taken_sideways_looks_as_it_is_shown() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    turned = person(4).transpose(Image.Transpose.ROTATE_90)
    sideways = file_of(turned, "JPEG", quality=95, exif=exif)
    assert apart(known(sideways).look, known(person(4)).look) <= LIKE


def test_different_people_do_not_look_the_same() -> None:
    looks = [known(person(seed)) for seed in range(30)]
    nearest = min(
        min(apart(one.look, other.look), apart(one.mirrored, other.look))
        for one, other in combinations(looks, 2)
    )
    assert nearest > LIKE


def test_a_picture_without_contrast_has_no_look() -> None:
    assert known(plain("grey")).look is None
    assert known(plain("grey")).exact != known(plain("white")).exact


def test_a_process_with_little_memory_decodes_large_pictures_only_if_they_are_jpeg() -> None:
    large = person(5).resize((1200, 1600))
    assert fingerprint(file_of(large), SECRET, most_pixels=1_000_000).look is None
    assert fingerprint(file_of(large, "JPEG"), SECRET, most_pixels=1_000_000).look is not None


def test_sizes_are_told_before_anything_is_decoded() -> None:
    check_size(plain("red", (64, 64)))
    with pytest.raises(PictureTooSmall):
        check_size(plain("red", (63, 200)))
    with pytest.raises(PictureTooLarge):
        check_size(plain("red", (16_385, 64)))
    # A header that says 20,000 x 20,000, and nothing behind it.
    bomb = bytearray(plain("red"))
    bomb[16:24] = (20_000).to_bytes(4, "big") * 2
    with pytest.raises((PictureTooLarge, PictureUnreadable)):
        check_size(bytes(bomb))
    with pytest.raises(PictureTooLarge, match="scans"):
        check_size(file_of(person(1), "JPEG") + b"\xff\xda" * 200)


@pytest.mark.parametrize("junk", [b"", b"no picture", b"<svg/>", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_picture_is_told(junk: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        check_size(junk)


def test_a_picture_that_ends_in_the_middle_is_told() -> None:
    whole = file_of(person(1))
    with pytest.raises(PictureUnreadable):
        decode_small(whole[: len(whole) // 2], 64)
