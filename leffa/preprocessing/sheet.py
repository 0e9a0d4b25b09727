"""What was seen in a photo, on one sheet for people to look at."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from leffa.control import control_picture
from leffa.maps import PersonMaps
from leffa.masks.labels import Atr
from leffa.preprocessing.pose.drawing import draw_pose

PANEL = (384, 512)
CAPTION = 28
MASK_COLOUR = (226, 30, 60)
MASK_SHARE = 0.55
DENSEPOSE_SHARE = 0.75
# Background black, then hues that differ from their neighbours' on a body.
PARSE_COLOURS = np.array(
    [
        (0, 0, 0), (128, 0, 0), (230, 60, 20), (80, 80, 0), (255, 85, 0), (0, 119, 221), (85, 85, 170),
        (0, 180, 85), (85, 51, 0), (52, 86, 128), (0, 128, 0), (80, 120, 255), (51, 170, 221), (0, 225, 225),
        (85, 230, 170), (170, 230, 85), (255, 225, 0), (255, 170, 0), (190, 130, 220),
    ],
    np.uint8,
)  # fmt: skip


def person_sheet(picture: Image.Image, maps: PersonMaps, mask: Image.Image | None = None) -> Image.Image:
    """Panels side by side: joints, mask in red, DensePose in colour, parsing.

    picture, mask (L) and maps: of one size; the mask's panel is left out without one, and so are joints and
    parsing that nobody looked for (of a pose photo).
    """
    photo = picture.convert("RGB")
    panels = [("photo", photo)]
    if (maps.keypoints > 0).any():
        panels = [("joints", draw_pose(photo, maps.keypoints))]
    if mask is not None:
        panels.append(("to repaint", _tint(photo, mask)))
    dense = control_picture(maps.densepose, "viton_hd")
    panels.append(("DensePose", Image.blend(photo, dense, DENSEPOSE_SHARE)))
    if (maps.atr != Atr.BACKGROUND).any():
        panels.append(("parsing", Image.fromarray(PARSE_COLOURS[maps.atr])))
    return _side_by_side(panels)


def _tint(photo: Image.Image, mask: Image.Image) -> Image.Image:
    red = Image.blend(photo, Image.new("RGB", photo.size, MASK_COLOUR), MASK_SHARE)
    return Image.composite(red, photo, mask.point(lambda value: 255 if value >= 128 else 0))


def _side_by_side(panels: list[tuple[str, Image.Image]]) -> Image.Image:
    sheet = Image.new("RGB", (PANEL[0] * len(panels), PANEL[1] + CAPTION), "white")
    brush = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(16)
    for index, (caption, panel) in enumerate(panels):
        left = index * PANEL[0]
        fitted = panel.copy()
        fitted.thumbnail(PANEL)
        sheet.paste(fitted, (left + (PANEL[0] - fitted.width) // 2, CAPTION))
        brush.text((left + PANEL[0] / 2, CAPTION / 2), caption, "black", font, anchor="mm")
    return sheet
