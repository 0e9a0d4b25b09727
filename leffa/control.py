"""DensePose as the control pictures that the published weights were trained on."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

ModelName = Literal["viton_hd", "dress_code", "deep_fashion"]

LAST_PART = 24


def control_picture(
    parts: NDArray[np.uint8], model: ModelName, uv: NDArray[np.uint8] | None = None
) -> Image.Image:
    """RGB picture of DensePose parts `[h, w]` (0..24), as model `model` wants it.

    viton_hd: one colour per part (OpenCV's PARULA at `part * 255 / 24`) on black; dress_code: the part
    index, three times; deep_fashion: U, V (0..255, `uv` `[h, w, 2]`) and the part index.
    """
    if model == "viton_hd":
        return Image.fromarray(_palette()[parts])
    if model == "dress_code":
        return Image.fromarray(np.repeat(parts[..., None], 3, axis=2))
    assert uv is not None
    return Image.fromarray(np.dstack([uv, parts]))


def drawn_pose_control(parts: NDArray[np.uint8]) -> Image.Image:
    """What pose transfer of drawn people goes by: one colour per part.

    The network that sees drawn people finds no U and V, and part indices of 24 levels in 255 are hard to
    learn from scratch.
    """
    return control_picture(parts, "viton_hd")


def _palette() -> NDArray[np.uint8]:
    """RGB colour of each part, `[25, 3]`; background is black."""
    index = (np.arange(LAST_PART + 1) * 255 / LAST_PART).astype(np.uint8)
    colours = cv2.applyColorMap(index[:, None], cv2.COLORMAP_PARULA)[:, 0, ::-1].copy()
    colours[0] = 0
    return np.asarray(colours, dtype=np.uint8)
