"""Files as people attach them and bots send them."""

from __future__ import annotations

import io
import mimetypes
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

ANYTHING = "application/octet-stream"


@dataclass(frozen=True)
class File:
    """`content_type` is what the sender claims."""

    name: str
    data: bytes = field(repr=False)
    content_type: str = ""

    @property
    def kind(self) -> str:
        """What is claimed, or what the name says where that says nothing, as both platforms have it."""
        if self.content_type not in ("", ANYTHING):
            return self.content_type
        return mimetypes.guess_type(self.name)[0] or ANYTHING

    def size_in_pixels(self) -> tuple[int, int] | None:
        """Width and height, or None where this is no picture."""
        try:
            with Image.open(io.BytesIO(self.data)) as image:
                return image.size
        except (UnidentifiedImageError, OSError):
            return None


def picture(
    width: int = 48,
    height: int = 64,
    colour: str = "steelblue",
    *,
    name: str = "photo.png",
    format: str = "PNG",
) -> File:
    """A small picture in one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, format)
    return File(name, out.getvalue())
