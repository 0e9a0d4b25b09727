"""Pictures for DensePose to look at."""

from __future__ import annotations

import numpy as np
from PIL import Image


def strip(width: int = 40, height: int = 900) -> Image.Image:
    """Soft noise in the form of a strip: its longer side bounds the resized picture, so it is quick."""
    noise = np.random.default_rng(0).integers(0, 256, (height // 20, width // 20, 3), np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
