"""A picture's size, by its first bytes, and its pixels, once the size is known to be bearable."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps

from tasks.errors import PictureTooLarge, PictureTooSmall, PictureUnreadable

# As the model's own decoder has them, which looks more closely later.
MAX_PIXELS = 50_000_000
LONGEST_SIDE = 16_384
SHORTEST_SIDE = 64
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
# Each scan of a JPEG goes over all of its pixels; ordinary files have about ten.
_MAX_SCANS = 100
_SCAN = b"\xff\xda"


def check_size(picture: bytes) -> None:
    """Nothing is decoded. Raises `PictureTooLarge`, `PictureTooSmall`, `PictureUnreadable`."""
    with _opened(picture) as file:
        width, height = file.size
    if max(width, height) > LONGEST_SIDE or width * height > MAX_PIXELS:
        raise PictureTooLarge(f"a picture has at most {MAX_PIXELS} pixels, {LONGEST_SIDE} along a side")
    if min(width, height) < SHORTEST_SIDE:
        raise PictureTooSmall(f"a picture has at least {SHORTEST_SIDE} pixels along a side")
    if picture.startswith(b"\xff\xd8") and picture.count(_SCAN) > _MAX_SCANS:
        raise PictureTooLarge(f"a JPEG has at most {_MAX_SCANS} scans")


def decode_small(picture: bytes, side: int, most_pixels: int = MAX_PIXELS) -> Image.Image | None:
    """The picture as people see it, upright, on white, RGB; of its own size, or a JPEG a small one with
    sides of at least `side`. Of an animation, the first frame.

    `None` for one of more than `most_pixels` to decode. The size was checked before. Raises
    `PictureUnreadable`.
    """
    with _opened(picture) as file:
        # A JPEG gives an eighth of its size for a fraction of the work.
        file.draft("RGB", (side, side))
        if file.width * file.height > most_pixels:
            return None
        upright = ImageOps.exif_transpose(file)
        if upright.has_transparency_data:
            flat = Image.new("RGBA", upright.size, "white")
            flat.alpha_composite(upright.convert("RGBA"))
            upright = flat
        return upright.convert("RGB")


@contextmanager
def _opened(picture: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as file:
            yield file
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge(f"a picture has at most {MAX_PIXELS} pixels") from None
    except Exception as error:
        # Pillow's parsers are plain Python on hostile bytes: they may raise anything.
        raise PictureUnreadable("the file is no picture that can be read, or a damaged one") from error
