"""Photos as Telegram keeps them: several sizes, each a new JPEG without anything but the picture."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from tests.standins.files import File
from tests.standins.telegram.errors import Forbidden
from tests.standins.telegram.state import Stored, World

SIDES = (90, 320, 800, 1280)
PHOTO_BYTES = 10 * 1024 * 1024
MOST_SIDES = 10_000
MOST_RATIO = 20
QUALITY = 87


def check_photo(file: File) -> None:
    """Raises `Forbidden` for what Telegram does not take from a bot; people's clients make it smaller."""
    if len(file.data) > PHOTO_BYTES:
        raise Forbidden([f"photo: {len(file.data)} bytes, at most {PHOTO_BYTES}"])
    sides = file.size_in_pixels()
    if sides is None:
        raise Forbidden(["photo: no picture"], 400, "Bad Request: IMAGE_PROCESS_FAILED")
    _check_sides(*sides)


def keep_photo(world: World, file: File) -> list[Stored]:
    """Sizes from small to large."""
    with Image.open(io.BytesIO(file.data)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    longest = max(image.size)
    sides = [side for side in SIDES if side < longest] + [min(longest, SIDES[-1])]
    sizes = [_one_size(world, image, side) for side in sorted(set(sides))]
    world.photos.update({size.id: sizes for size in sizes})
    return sizes


def _check_sides(width: int, height: int) -> None:
    ratio = max(width, height) / min(width, height)
    if width + height > MOST_SIDES or ratio > MOST_RATIO:
        raise Forbidden(
            [f"photo: {width}x{height}; sides of {MOST_SIDES} in all and a ratio of {MOST_RATIO} at most"],
            400,
            "Bad Request: PHOTO_INVALID_DIMENSIONS",
        )


def _one_size(world: World, image: Image.Image, side: int) -> Stored:
    small = image.copy()
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return world.store(out.getvalue(), "", "image/jpeg", small.size)
