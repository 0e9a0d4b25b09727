"""Joints drawn over a photo, for people to look at."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image, ImageDraw

from leffa.masks.arms import is_missing
from leffa.masks.inputs import KeypointInput, KeypointList, keypoint_array
from leffa.preprocessing.pose.limbs import LIMBS

# From shoulder to ear only the network draws a line.
_DRAWN_LIMBS = LIMBS[:17]
_LINE_OF_SIDE = 1 / 120
_LIMB_OPACITY = 200  # of 255
# Drawn larger and shrunk, because Pillow's lines are jagged.
_OVERSAMPLING = 2


def draw_pose(picture: Image.Image, keypoints: KeypointInput | KeypointList) -> Image.Image:
    """RGB: the picture with limbs in colours of their own and joints as dots; missing joints are left out.

    keypoints: float64 `[18, 2]` in pixels of the picture, (0, 0) = missing, or in the published form.
    Raises `MapsInvalid`.
    """
    points = keypoint_array(keypoints)
    found = [not is_missing(point) for point in points]
    joints = [tuple(joint) for joint in ((points + 0.5) * _OVERSAMPLING).tolist()]
    size = picture.width * _OVERSAMPLING, picture.height * _OVERSAMPLING
    line = max(2, round(min(size) * _LINE_OF_SIDE))
    layer = Image.new("RGBA", size)
    brush = ImageDraw.Draw(layer)
    for i, limb in enumerate(_DRAWN_LIMBS):
        if found[limb.a] and found[limb.b]:
            brush.line([joints[limb.a], joints[limb.b]], (*_colour(i), _LIMB_OPACITY), line)
    for joint in np.flatnonzero(found):
        brush.circle(joints[joint], line, "white", "black", max(1, line // 4))
    drawn = picture.convert("RGBA")
    drawn.alpha_composite(layer.resize(picture.size, Image.Resampling.BOX))
    return drawn.convert("RGB")


def _colour(index: int) -> tuple[int, int, int]:
    """Hues once around, one for each limb."""
    red, green, blue = colorsys.hsv_to_rgb(index / len(_DRAWN_LIMBS), 1, 1)
    return round(255 * red), round(255 * green), round(255 * blue)
