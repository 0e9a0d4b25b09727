"""What is let in, and what is not, before anything is kept."""

from __future__ import annotations

import zlib

import pytest

from bot.core.intake import check_size
from leffa.pictures.decode import DEFAULT_LIMITS
from tasks.errors import PictureTooLarge, PictureTooSmall, PictureUnreadable
from tasks.screening.pixels import LONGEST_SIDE, MAX_PIXELS, SHORTEST_SIDE
from tasks.screening.screen import SizeScreen
from tests.bot.kit import photo


def check_photo(data: bytes, max_mb: int) -> None:
    SizeScreen(max_mb * 1_000_000).check(data, "person")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_photo_in_each_kind_is_let_in(kind: str) -> None:
    check_photo(photo(kind=kind), max_mb=20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"\xff\xd8\xff",
        photo(kind="PNG")[:20],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    ],
    ids=["empty", "text", "svg", "pdf", "sound", "three bytes", "cut off", "zeros"],
)
def test_what_is_no_picture_or_a_broken_one_is_refused(data: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        check_photo(data, max_mb=20)


def test_a_file_is_what_its_bytes_say_and_not_what_it_is_called() -> None:
    disguised = b"\xff\xd8\xff" + photo(kind="PNG")
    with pytest.raises(PictureUnreadable):
        check_photo(disguised, max_mb=20)


def test_a_small_file_that_would_unpack_into_very_many_pixels_is_refused_before_it_does() -> None:
    # A header that claims 60,000 x 60,000 pixels, in 45 bytes.
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00"
    bomb = header + zlib.crc32(header[12:]).to_bytes(4, "big") + b"\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"
    with pytest.raises(PictureTooLarge):
        check_photo(bomb, max_mb=20)


def test_a_file_of_too_many_bytes_is_refused_by_its_size_alone() -> None:
    check_size(1_000_000, max_mb=1)
    with pytest.raises(PictureTooLarge):
        check_size(1_000_001, max_mb=1)
    with pytest.raises(PictureTooLarge):
        check_photo(photo() + b"\x00" * 1_000_000, max_mb=1)


def test_too_few_pixels_are_refused() -> None:
    check_photo(photo(size=(64, 64)), max_mb=20)
    with pytest.raises(PictureTooSmall):
        check_photo(photo(size=(63, 500)), max_mb=20)


def test_the_limits_are_those_of_the_worker_so_that_what_is_let_in_can_be_decoded() -> None:
    assert DEFAULT_LIMITS.pixels == MAX_PIXELS
    assert DEFAULT_LIMITS.longest_side == LONGEST_SIDE
    assert DEFAULT_LIMITS.shortest_side == SHORTEST_SIDE
