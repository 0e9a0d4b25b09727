"""The first look at a file that somebody sent, before anything is kept: is it a photo that can be used?

Only its beginning is read. The worker decodes it, and looks again.
"""

from __future__ import annotations

import io

from PIL import Image

from bot.core.errors import PictureTooSmall, PictureUnreadable
from tasks.errors import PictureTooLarge

# The worker's own limits.
MAX_PIXELS = 50_000_000
LONGEST_SIDE = 16_384
SHORTEST_SIDE = 64

_MB = 1_000_000


def check_size(size: int, max_mb: int) -> None:
    """Of a file in bytes, as it is or as the platform tells it. Raises `PictureTooLarge`."""
    if size > max_mb * _MB:
        raise PictureTooLarge(f"a picture has at most {max_mb} MB")


def check_photo(data: bytes, max_mb: int) -> None:
    """Raises `PictureTooLarge`, `PictureTooSmall`, `PictureUnreadable`. No pixel is decoded.

    What the file is, its first bytes say: names and types that come with it are anybody's claim.
    """
    check_size(len(data), max_mb)
    width, height = _size(data)
    if max(width, height) > LONGEST_SIDE or width * height > MAX_PIXELS:
        raise PictureTooLarge(f"a picture has at most {MAX_PIXELS} pixels, {LONGEST_SIDE} along a side")
    if min(width, height) < SHORTEST_SIDE:
        raise PictureTooSmall(f"a picture has at least {SHORTEST_SIDE} pixels along a side")


def _size(data: bytes) -> tuple[int, int]:
    kind = _kind(data)
    if kind is None:
        raise PictureUnreadable("the file is no JPEG, PNG, WebP, GIF, BMP or TIFF")
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            return picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge(f"a picture has at most {MAX_PIXELS} pixels") from None
    except Exception as error:
        # Pillow's parsers are plain Python on hostile bytes: they may raise anything.
        raise PictureUnreadable(f"a damaged {kind}") from error


def _kind(data: bytes) -> str | None:
    if data[:4] == b"RIFF":
        return "WEBP" if data[8:12] == b"WEBP" else None
    starts = {
        b"\xff\xd8\xff": "JPEG",
        b"\x89PNG\r\n\x1a\n": "PNG",
        b"GIF8": "GIF",
        b"BM": "BMP",
        b"II*\x00": "TIFF",
        b"MM\x00*": "TIFF",
    }
    return next((kind for start, kind in starts.items() if data.startswith(start)), None)
