"""The DressCode rule: which pixels of a person to repaint, on a label map that has the work size.

Both versions draw both arms as one line and dilate it with the garment; they differ in the labels they
know, in the arms of people with missing joints, and in what may be filled at the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leffa.masks.arms import (
    LEFT,
    RIGHT,
    SIDES,
    Joints,
    Point,
    draw_known,
    draw_polyline,
    is_complete,
    is_missing,
)
from leffa.masks.labels import Atr, BoolMap, LabelMap, where
from leffa.masks.morphology import clear_border, dilate, drop_specks, fill_holes

HEAD = (Atr.HAT, Atr.HAIR, Atr.SUNGLASSES, Atr.FACE, Atr.NECK)
ARMS = (Atr.LEFT_ARM, Atr.RIGHT_ARM)
LEGS = (Atr.LEFT_LEG, Atr.RIGHT_LEG)
ALWAYS_FIXED = (
    Atr.HAT,
    Atr.HAIR,
    Atr.SUNGLASSES,
    Atr.LEFT_SHOE,
    Atr.RIGHT_SHOE,
    Atr.BAG,
    Atr.SCARF,
)
FIXED = {
    "upper_body": (*ALWAYS_FIXED, Atr.SKIRT, Atr.PANTS),
    "lower_body": (*ALWAYS_FIXED, Atr.UPPER, *ARMS),
    "dresses": ALWAYS_FIXED,
}
PUBLISHED_GARMENT = {
    "upper_body": (Atr.UPPER,),
    "lower_body": (Atr.PANTS, *LEGS),
    "dresses": (Atr.DRESS, *LEGS),
}
CORRECTED_GARMENT = {
    "upper_body": (Atr.UPPER, Atr.DRESS),
    "lower_body": (Atr.SKIRT, Atr.PANTS, *LEGS),
    "dresses": (Atr.UPPER, Atr.SKIRT, Atr.PANTS, Atr.DRESS, *LEGS),
}

ARM_WIDTH = 30  # At any size: only the dilation grows with the map.
ABOVE_SHOULDERS = 20  # At height 512.


def published_mask(parse: LabelMap, joints: Joints, garment_type: str) -> BoolMap:
    """The rule as published, faults included, pixel for pixel."""
    arms = draw_polyline(parse.shape, _published_chain(joints), ARM_WIDTH)
    # A line above the picture counts from the bottom: the lowest rows lose their protection instead.
    rows = _published_shoulder_rows(joints, parse.shape)
    rows = np.where(rows < 0, rows + parse.shape[0], rows)
    garment = where(parse, PUBLISHED_GARMENT[garment_type])
    region, protected = _areas(parse, garment_type, garment, where(parse, HEAD), arms, rows)
    return fill_holes(clear_border(region & ~protected))


def corrected_mask(parse: LabelMap, joints: Joints, garment_type: str) -> BoolMap:
    """The rule as it was meant: every garment has its labels, the face and other protected pixels stay."""
    arms = draw_known(parse.shape, _whole_chain(joints), ARM_WIDTH)
    # The parsed arm is all that is known about a side with a missing joint.
    arms |= where(parse, [side.label for side in SIDES if not is_complete(joints, side)])
    rows = _corrected_shoulder_rows(joints, parse.shape)
    # Before they are dilated: a speck of the parse would become a block.
    garment = drop_specks(where(parse, CORRECTED_GARMENT[garment_type]))
    # Only the neck opens. The line's distance to the shoulders does not shrink with the person: with the
    # whole head it takes the chin, and most of the face of somebody small in the frame.
    neck = drop_specks(where(parse, [Atr.NECK]))
    region, protected = _areas(parse, garment_type, garment, neck, arms, rows)
    protected |= where(parse, [Atr.FACE])
    return fill_holes(drop_specks(region)) & ~protected


def _areas(
    parse: LabelMap,
    garment_type: str,
    garment: BoolMap,
    head: BoolMap,
    arms: BoolMap,
    shoulder_rows: NDArray[np.int64],
) -> tuple[BoolMap, BoolMap]:
    """(to repaint, to keep). What of `head` lies below `shoulder_rows`, one row per column, is not kept as
    such: a collar may go there."""
    height = parse.shape[0]
    region = garment
    protected = where(parse, FIXED[garment_type])
    if garment_type != "lower_body":
        arms = _grown_arms(arms)
        protected |= where(parse, ARMS) & ~arms
        above = np.arange(height)[:, None] < shoulder_rows
        region = region | arms | (head & ~above)
        head = head & above
    size = 20 if height > 512 else 10 if height > 256 else 5
    return dilate(region, size, 5), protected | head


def _grown_arms(arms: BoolMap) -> BoolMap:
    height = arms.shape[0]
    if height <= 256:
        return arms
    return dilate(arms, 10 if height > 512 else 5, 5)


def _whole_chain(joints: Joints) -> list[Point]:
    return [
        joints[i] for i in (LEFT.wrist, LEFT.elbow, LEFT.shoulder, RIGHT.shoulder, RIGHT.elbow, RIGHT.wrist)
    ]


def _published_chain(joints: Joints) -> list[Point]:
    # Only one side is shortened. With both wrists missing the line starts at (0, 0), the missing left one.
    chain = _whole_chain(joints)
    if is_missing(joints[RIGHT.wrist]):
        return chain[:4] if is_missing(joints[RIGHT.elbow]) else chain[:5]
    if is_missing(joints[LEFT.wrist]):
        return chain[2:] if is_missing(joints[LEFT.elbow]) else chain[1:]
    return chain


def _published_shoulder_rows(joints: Joints, shape: tuple[int, int]) -> NDArray[np.int64]:
    # Least squares also has an answer for shoulders above each other or at (0, 0): not a useful one.
    shoulders = joints[[RIGHT.shoulder, LEFT.shoulder]]
    design = np.stack([shoulders[:, 0], np.ones(2)], axis=1)
    slope, offset = np.linalg.lstsq(design, shoulders[:, 1], rcond=None)[0]
    return _rows(np.arange(shape[1]) * slope + offset, shape)


def _corrected_shoulder_rows(joints: Joints, shape: tuple[int, int]) -> NDArray[np.int64]:
    known = [joints[i] for i in (RIGHT.shoulder, LEFT.shoulder) if not is_missing(joints[i])]
    if not known:
        return np.full(shape[1], shape[0])
    x, y = np.mean(known, axis=0)
    dx, dy = known[-1] - known[0]
    # Seen from the side the shoulders lie almost above each other; a steep line would split the neck.
    slope = np.clip(dy / dx, -1.0, 1.0) if dx else 0.0
    return _rows(y + (np.arange(shape[1]) - x) * slope, shape)


def _rows(line: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.int64]:
    return (line - ABOVE_SHOULDERS * (shape[0] / 512)).astype(np.int64)
