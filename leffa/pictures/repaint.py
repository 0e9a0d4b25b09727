"""The published "repaint" option: keep the person's own pixels outside the mask."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from leffa.errors import OptionInvalid


def seam_width(height: int) -> int:
    """Pixels over which a seam is blended in a picture of `height` rows: a hundredth, made odd."""
    width = height // 100
    return width + 1 if width % 2 == 0 else width


def repaint(person: Image.Image, mask: Image.Image, generated: Image.Image) -> Image.Image:
    """`generated` inside the mask, `person` outside, blended on both sides of the seam.

    All three of one size; `mask` is L, RGB or 1, white = repainted. Returns RGB. Published
    behaviour: Gaussian blur of the mask with radius `seam_width`, mixed in double precision and
    truncated to 8 bits. At the member's own size use `leffa.pictures.fit.Fit.paste_back`.

    Raises `OptionInvalid` if the sizes differ.
    """
    if not person.size == mask.size == generated.size:
        raise OptionInvalid(
            f"person {person.size}, mask {mask.size} and generated {generated.size} must have one size"
        )
    blur = ImageFilter.GaussianBlur(seam_width(person.height))
    share = np.asarray(mask.convert("RGB").filter(blur)) / 255.0
    mixed = np.asarray(person.convert("RGB")) * (1 - share) + np.asarray(generated.convert("RGB")) * share
    return Image.fromarray(mixed.astype(np.uint8))
