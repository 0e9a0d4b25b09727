"""What was painted in a browser, as a mask for the desk."""

from __future__ import annotations

import base64
import binascii
import io

from PIL import Image

from tasks.errors import PictureTooLarge, PictureUnreadable
from tasks.screening.pixels import check_size

_START = "data:image/png;base64,"
_MOST_LETTERS = 900_000  # of a drawing as text
_MOST_DECODED = 2_000_000  # pixels; the painter's canvas has at most 1024 x 1024
_DRAWN = 128  # from so much opacity on, a pixel is of the mask


def mask_of(drawing: str) -> bytes:
    """What was painted on a clear canvas, a PNG as a `data:` address, as a black and white PNG.

    Raises `PictureTooLarge`, `PictureUnreadable`.
    """
    if len(drawing) > _MOST_LETTERS:
        raise PictureTooLarge("a drawing is smaller than that")
    try:
        file = base64.b64decode(drawing.removeprefix(_START), validate=True)
    except (binascii.Error, ValueError):
        raise PictureUnreadable("the drawing cannot be read") from None
    alpha = _opened(file).convert("RGBA").getchannel("A")
    mask = io.BytesIO()
    alpha.point(lambda value: 255 if value >= _DRAWN else 0).save(mask, "PNG")
    return mask.getvalue()


def _opened(file: bytes) -> Image.Image:
    check_size(file)
    try:
        with Image.open(io.BytesIO(file), formats=("PNG",)) as picture:
            if picture.width * picture.height > _MOST_DECODED:
                raise PictureTooLarge("a drawing is smaller than that")
            picture.load()
            return picture
    except (OSError, ValueError, SyntaxError):
        raise PictureUnreadable("the drawing cannot be read") from None
