"""Arms drawn from keypoints: where a new sleeve may go; what is left of the parsed arm is the hand.

`joints` is float64 `[18, 2]`, x and y in pixels of the label map, COCO-18 order. A joint with both
values <= 1 is missing, as the published pose front end writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from leffa.masks.labels import Atr, BoolMap

Joints = NDArray[np.float64]
Point = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One arm: the indices of its joints and its label in the parse."""

    shoulder: int
    elbow: int
    wrist: int
    label: Atr

    @property
    def joints(self) -> tuple[int, int, int]:
        return self.shoulder, self.elbow, self.wrist


RIGHT = Side(shoulder=2, elbow=3, wrist=4, label=Atr.RIGHT_ARM)
LEFT = Side(shoulder=5, elbow=6, wrist=7, label=Atr.LEFT_ARM)
SIDES = (LEFT, RIGHT)


def is_missing(joint: Point) -> bool:
    """Whether the pose front end did not find this joint."""
    return bool((joint <= 1.0).all())


def is_complete(joints: Joints, side: Side) -> bool:
    """Whether shoulder, elbow and wrist of this side were all found."""
    return not any(is_missing(joints[i]) for i in side.joints)


def draw_polyline(shape: tuple[int, int], points: Sequence[Point], width: int) -> BoolMap:
    """A thick line with round joints through `points` on a map of `shape` (h, w).

    Pillow puts the odd pixel of an even width on a side that depends on the direction, so order matters.
    """
    canvas = Image.new("L", (shape[1], shape[0]))
    ImageDraw.Draw(canvas).line([(float(x), float(y)) for x, y in points], 255, width, "curve")
    return np.asarray(canvas) > 0


def draw_shoulder(shape: tuple[int, int], shoulder: Point, width: int) -> BoolMap:
    """A disc that rounds off the upper end of an arm of this width."""
    canvas = Image.new("L", (shape[1], shape[0]))
    (x, y), radius = shoulder.tolist(), width // 2
    ImageDraw.Draw(canvas).arc((x - radius, y - radius, x + radius, y + radius), 0, 360, 255, radius)
    return np.asarray(canvas) > 0


def draw_known(shape: tuple[int, int], chain: Sequence[Point], width: int) -> BoolMap:
    """The polyline through `chain`, broken wherever a joint is missing."""
    drawn = np.zeros(shape, dtype=np.bool_)
    run: list[Point] = []
    for joint in (*chain, np.zeros(2)):
        if not is_missing(joint):
            run.append(joint)
            continue
        if len(run) > 1:
            drawn |= draw_polyline(shape, run, width)
        run = []
    return drawn
