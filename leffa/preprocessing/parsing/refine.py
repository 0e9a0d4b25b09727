"""What the published demo makes of ATR labels before it makes a mask of them: holes filled, a neck found."""

from __future__ import annotations

import cv2
import numpy as np

from leffa.masks.labels import Atr, BoolMap, LabelMap, Lip, where
from leffa.masks.morphology import fill_holes

ARMS = (Atr.LEFT_ARM, Atr.RIGHT_ARM)

_LARGE_HOLE = 2000  # in pixels of the demo's work size
_WORK_PIXELS = 384 * 512


def refine_labels(atr: LabelMap, lip: LabelMap, *, published: bool = False) -> LabelMap:
    """ATR labels with the garment's holes filled and with the neck as label 18; both maps are uint8 `[h, w]`.

    What upper clothes and arms enclose becomes upper clothes: folds, logos, badly seen sleeves. A large hole,
    by the area of its outline, keeps its labels: between arm and body one sees the background. The neck is
    what ATR takes for face and LIP does not.

    `published` repeats two faults of the published code (`preprocess/humanparsing`): "large" is 2000 pixels
    whatever the picture's size (here it grows with the picture, from 2000 at 384x512), and arms along the
    outline of a large hole become clothes, where 255 + 1 overflows 8 bits.
    """
    arms = where(atr, ARMS)
    enclosed = fill_holes(arms | (atr == Atr.UPPER))
    least = _LARGE_HOLE if published else _LARGE_HOLE * atr.size / _WORK_PIXELS
    holes = _large_holes(enclosed & ~arms & (atr != Atr.UPPER), least)
    kept = holes ^ arms if published else holes | arms
    refined = np.where(enclosed & ~kept, Atr.UPPER, atr)
    neck = (refined == Atr.FACE) & (lip != Lip.FACE)
    return np.where(neck, Atr.NECK, refined).astype(np.uint8)


def _large_holes(holes: BoolMap, least: float) -> BoolMap:
    """Outlines around more than `least` pixels, drawn filled.

    The published code hands OpenCV 32-bit numbers, which it takes for a map of segments: every hole has an
    outline on its own pixels and one on those around it, and either may be the one that is large enough.
    """
    # A border, as there must be pixels around a hole at the edge.
    segments = np.pad(holes, 1).astype(np.int32)
    outlines, _ = cv2.findContours(segments, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    large = [outline for outline in outlines if cv2.contourArea(outline) > least]
    drawn = np.zeros(segments.shape, np.uint8)
    for outline in large:
        cv2.drawContours(drawn, [outline], 0, 1, thickness=cv2.FILLED)
    return drawn[1:-1, 1:-1] > 0
