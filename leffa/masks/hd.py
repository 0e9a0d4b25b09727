"""The VITON-HD rule: which pixels of a person to repaint, on a label map of the work size (384x512).

Both versions dilate the garment and draw thick arms; they differ in the arms of people with missing or
cropped joints, and in what may be filled at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leffa.masks.arms import (
    LEFT,
    SIDES,
    Joints,
    Point,
    Side,
    draw_known,
    draw_polyline,
    draw_shoulder,
    is_complete,
    is_missing,
)
from leffa.masks.labels import Atr, BoolMap, LabelMap, where
from leffa.masks.morphology import (
    clear_border,
    dilate,
    drop_specks,
    erode,
    fill_holes,
    fill_largest_contour,
)

HEAD = (Atr.HAT, Atr.SUNGLASSES, Atr.FACE)
ALWAYS_FIXED = (Atr.LEFT_SHOE, Atr.RIGHT_SHOE, Atr.HAT, Atr.SUNGLASSES, Atr.BAG)
FIXED = {
    "upper_body": (*ALWAYS_FIXED, Atr.SKIRT, Atr.PANTS),
    "lower_body": (*ALWAYS_FIXED, Atr.UPPER, Atr.LEFT_ARM, Atr.RIGHT_ARM),
    "dresses": ALWAYS_FIXED,
}
GARMENT = {
    "upper_body": (Atr.UPPER, Atr.DRESS),
    "lower_body": (Atr.SKIRT, Atr.PANTS, Atr.LEFT_LEG, Atr.RIGHT_LEG),
    "dresses": (Atr.UPPER, Atr.SKIRT, Atr.PANTS, Atr.DRESS),
}

ARM_WIDTH = 60  # At height 512, like every length in this file that is scaled.
SLIM_ARM_WIDTH = 45
WRIST_EXTENSION = 1.2


@dataclass(frozen=True)
class _Areas:
    region: BoolMap  # the garment, neck and arms, dilated: to repaint
    fixed: BoolMap  # kept by label
    protected: BoolMap  # kept for good: fixed and hands, shrunk so that seams are repainted, and the head


def published_mask(parse: LabelMap, joints: Joints, garment_type: str, arm_width: int = ARM_WIDTH) -> BoolMap:
    """The rule as published, faults included, pixel for pixel."""
    width = _scaled(arm_width, parse)
    garment = where(parse, GARMENT[garment_type])
    areas = _areas(parse, garment_type, garment, lambda side: _published_arm(parse, joints, side, width))
    # What was shrunk off a fixed region is repainted everywhere, not only beside the garment: a closed ring
    # around trousers or a bag, which the filling then swallows whole.
    inpaint = (areas.region | areas.fixed) & ~areas.protected
    return fill_largest_contour(fill_holes(clear_border(inpaint)))


def corrected_mask(parse: LabelMap, joints: Joints, garment_type: str, arm_width: int = ARM_WIDTH) -> BoolMap:
    """The rule as it was meant: protected pixels stay, whatever is drawn or filled around them."""
    width = _scaled(arm_width, parse)
    # Before it is dilated: a speck of the parse would become a block.
    garment = drop_specks(where(parse, GARMENT[garment_type]))
    areas = _areas(parse, garment_type, garment, lambda side: _corrected_arm(parse, joints, side, width))
    return fill_holes(drop_specks(areas.region)) & ~areas.protected


def _areas(parse: LabelMap, garment_type: str, garment: BoolMap, arm_of: Callable[[Side], BoolMap]) -> _Areas:
    head = where(parse, HEAD)
    fixed = where(parse, FIXED[garment_type])
    kept = fixed.copy()
    region = dilate(garment, 10, 5)
    if garment_type != "lower_body":
        arms = np.zeros_like(fixed)
        for side in SIDES:
            arm = arm_of(side)
            arms |= arm
            kept |= where(parse, [side.label]) & ~arm
        region |= dilate(where(parse, [Atr.NECK]), 5) & ~head
        region |= dilate(arms, 5, 4)
    return _Areas(region, fixed, erode(kept, 5) | head)


def _published_arm(parse: LabelMap, joints: Joints, side: Side, width: int) -> BoolMap:
    if is_missing(joints[side.wrist]):
        return where(parse, [side.label])
    # Unsigned 16-bit coordinates: a wrist extended past the left or upper border comes back on the other
    # side. Computed so that every processor wraps as x86 does.
    chain = [(joint.astype(np.int64) & 0xFFFF).astype(np.float64) for joint in _chain(joints, side)]
    return draw_polyline(parse.shape, chain, width) | draw_shoulder(parse.shape, joints[side.shoulder], width)


def _corrected_arm(parse: LabelMap, joints: Joints, side: Side, width: int) -> BoolMap:
    if is_missing(joints[side.elbow]) or is_missing(joints[side.wrist]):
        chain = [joints[side.shoulder], joints[side.elbow]]
    else:
        chain = _chain(joints, side)
    arm = draw_known(parse.shape, chain, width)
    if not is_complete(joints, side):
        # The parsed arm is all that is known about the rest.
        return arm | where(parse, [side.label])
    return arm | draw_shoulder(parse.shape, joints[side.shoulder], width)


def _chain(joints: Joints, side: Side) -> list[Point]:
    shoulder, elbow, wrist = (joints[i] for i in side.joints)
    extended = elbow + WRIST_EXTENSION * (wrist - elbow)  # so that a sleeve covers the wrist
    chain = [shoulder, elbow, extended]
    return chain[::-1] if side is LEFT else chain


def _scaled(length: int, parse: LabelMap) -> int:
    return int(length * parse.shape[0] / 512)
