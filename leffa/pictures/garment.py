"""The published garment preprocessing: cut out, centre, put on a white frame."""

from __future__ import annotations

from PIL import Image

from leffa.errors import GarmentNotFound
from leffa.pictures.background import remove_background
from leffa.pictures.colours import to_srgb


def preprocess_garment(image: Image.Image, width: int = 768, height: int = 1024) -> Image.Image:
    """The garment, as large as fits, in the middle of a white RGBA frame of `width` x `height`.

    Published behaviour for a picture with transparency: the bounding box of alpha > 0 grows to a
    square, which is moved back inside the picture (right and bottom last; what still lies outside
    is transparent), resized with Lanczos to the frame's shorter side and pasted with its own alpha.
    The frame's alpha is below 255 on the garment's soft edges; its colours are those to use.
    A picture without transparency, which the published code refuses, goes through
    `remove_background` first.

    Raises `GarmentNotFound` if no pixel is visible or the background is not plain.
    """
    cut = to_srgb(image)
    if cut.mode == "RGB":
        cut = remove_background(cut)
    side = min(width, height)
    square = cut.crop(_square_around_garment(cut)).resize((side, side), Image.Resampling.LANCZOS)
    frame = Image.new("RGBA", (width, height), (255, 255, 255, 255))
    frame.paste(square, ((width - side) // 2, (height - side) // 2), square)
    return frame


def _square_around_garment(cut: Image.Image) -> tuple[int, int, int, int]:
    box = cut.getchannel("A").getbbox()
    if box is None:
        raise GarmentNotFound("the garment photo is fully transparent")
    left, top, right, bottom = box
    side = max(right - left, bottom - top)
    x = max((left + right) // 2 - side // 2, 0)
    y = max((top + bottom) // 2 - side // 2, 0)
    x = min(x, cut.width - side)
    y = min(y, cut.height - side)
    return x, y, x + side, y + side
