"""Files as people attach them and bots send them."""

from __future__ import annotations

import io
import mimetypes
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError


@dataclass(frozen=True)
class File:
    """`content_type` is what the sender claims; guessed by the name where nothing is claimed."""

    name: str
    data: bytes
    content_type: str = ""

    @property
    def kind(self) -> str:
        return self.content_type or mimetypes.guess_type(self.name)[0] or "application/octet-stream"

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
