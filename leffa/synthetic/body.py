"""Bodies: proportions, and the figure of strips that a body in a pose makes on the picture.

Lengths are in heads: 1 is the height of the head. A standing person is about 6.6 heads tall.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leffa.synthetic.pose import SIDES, LimbPose, Pose
from leffa.synthetic.strip import F64, Strip, round_outline

WAIST = 0.6  # where along the torso the waist is
HIP_JOINT = 0.93
_TORSO = 2.1
_UPPER_ARM, _LOWER_ARM = 1.14, 1.02
_UPPER_LEG, _LOWER_LEG = 1.56, 1.5


@dataclass(frozen=True)
class BodyShape:
    """Half-widths of the trunk in heads, and factors on the limbs."""

    shoulder: float
    waist: float
    hip: float
    arm: float
    leg: float
    leg_length: float
    torso_length: float
    neck: float


@dataclass(frozen=True)
class HeadFrame:
    """Where the head is: `place` maps heads (x right, y down, from the head's centre) to pixels."""

    centre: F64
    scale: float
    tilt: float
    yaw: float

    def place(self, points: F64) -> F64:
        """`[n, 2]` heads to `[n, 2]` pixels."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        turned = np.stack(
            [points[:, 0] * cos - points[:, 1] * sin, points[:, 0] * sin + points[:, 1] * cos], 1
        )
        return self.centre + turned * self.scale


@dataclass(frozen=True)
class Figure:
    """A body in a pose on the picture: strips in pixels. Sides are the person's own."""

    unit: float  # pixels of one head
    pose: Pose
    torso: Strip
    neck: Strip
    head: HeadFrame
    arms: dict[str, Strip]
    hands: dict[str, Strip]
    legs: dict[str, Strip]
    feet: dict[str, F64]

    @cached_property
    def sign(self) -> dict[str, int]:
        """Which way a side lies on the picture: 1 = right of the picture."""
        return picture_signs(self.pose.back)


def picture_signs(back: bool) -> dict[str, int]:
    """Side to picture direction: seen from the front, the person's left is on the right."""
    return {"left": -1, "right": 1} if back else {"left": 1, "right": -1}


def sample_shape(rng: np.random.Generator) -> BodyShape:
    """A body between slim and full, broad-shouldered or broad-hipped."""
    full = rng.uniform(-1, 1)
    broad = rng.uniform(-1, 1)
    return BodyShape(
        shoulder=0.75 + 0.055 * broad + 0.035 * full,
        waist=0.52 + 0.04 * broad + 0.07 * full,
        hip=0.62 - 0.03 * broad + 0.05 * full,
        arm=1.0 + 0.13 * full + 0.05 * broad,
        leg=1.0 + 0.12 * full,
        leg_length=rng.uniform(0.94, 1.08),
        torso_length=rng.uniform(0.95, 1.05),
        neck=0.19 + 0.02 * broad + 0.015 * full,
    )


def build_figure(shape: BodyShape, pose: Pose, unit: float, neck_base: F64) -> Figure:
    """Put a body in a pose: `unit` pixels for a head, the neck's base at `neck_base` (x, y)."""
    narrow = 1 - 0.08 * abs(pose.yaw)
    base = np.asarray(neck_base, np.float64)
    down = np.array([np.sin(pose.lean), np.cos(pose.lean)])
    crotch = base + down * _TORSO * shape.torso_length * unit
    shoulder, waist, hip = (value * narrow * unit for value in (shape.shoulder, shape.waist, shape.hip))
    knots = [(0, shoulder), (0.1, shoulder), (0.28, shoulder * 0.9), (WAIST, waist), (0.88, hip), (1, hip)]
    torso = Strip(np.stack([base, crotch]), knots)
    up = np.array([np.sin(pose.tilt * 0.5 - pose.lean), -np.cos(pose.tilt * 0.5 - pose.lean)])
    centre = base + up * 0.76 * unit
    neck_knots = [(0, shape.neck * 1.25 * unit), (0.3, shape.neck * unit), (1, shape.neck * 0.95 * unit)]
    sign = picture_signs(pose.back)
    arms = {side: _arm(torso, shape, pose.arms[side], sign[side], unit) for side in SIDES}
    legs = {side: _leg(torso, shape, pose.legs[side], sign[side], unit) for side in SIDES}
    return Figure(
        unit=unit,
        pose=pose,
        torso=torso,
        neck=Strip(np.stack([base + down * 0.06 * unit, centre]), neck_knots),
        head=HeadFrame(centre, unit, pose.tilt, pose.yaw),
        arms=arms,
        hands={side: _hand(arms[side], unit) for side in SIDES},
        legs=legs,
        feet={side: _foot(legs[side], sign[side], pose.back, unit) for side in SIDES},
    )


def _direction(angle: float, sign: int) -> F64:
    return np.array([sign * np.sin(angle), np.cos(angle)])


def _chain(start: F64, pose: LimbPose, sign: int, upper: float, lower: float) -> F64:
    middle = start + _direction(pose.upper, sign) * upper * pose.upper_scale
    return np.stack([start, middle, middle + _direction(pose.lower, sign) * lower * pose.lower_scale])


def _arm(torso: Strip, shape: BodyShape, pose: LimbPose, sign: int, unit: float) -> Strip:
    start = torso.point(sign * 0.82, 0.14 - 0.04 * max(0.0, float(np.sin(pose.upper - 0.9))))
    joints = _chain(start, pose, sign, _UPPER_ARM * unit, _LOWER_ARM * unit)
    r = shape.arm * unit
    knots = [
        (0, 0.19 * r),
        (0.35, 0.175 * r),
        (0.95, 0.14 * r),
        (1.25, 0.148 * r),
        (1.95, 0.098 * r),
        (2, 0.096 * r),
    ]
    return Strip(joints, knots)


def _hand(arm: Strip, unit: float) -> Strip:
    wrist, along = arm.joints[-1], arm.along[-1]
    joints = np.stack([wrist - along * 0.02 * unit, wrist + along * 0.26 * unit])
    return Strip(joints, [(0, 0.095 * unit), (0.45, 0.135 * unit), (1, 0.085 * unit)])


def _leg(torso: Strip, shape: BodyShape, pose: LimbPose, sign: int, unit: float) -> Strip:
    joint = 0.3 * unit + 0.4 * (shape.hip - 0.62) * unit
    start = torso.point(0.0, HIP_JOINT) + torso.across[0] * sign * joint
    joints = _chain(
        start, pose, sign, _UPPER_LEG * shape.leg_length * unit, _LOWER_LEG * shape.leg_length * unit
    )
    r = shape.leg * unit
    top = max(shape.hip * unit - joint, 0.2 * r)
    knots = [(0, top), (0.3, 0.31 * r), (0.95, 0.205 * r), (1.3, 0.215 * r), (1.9, 0.12 * r), (2, 0.118 * r)]
    return Strip(joints, knots)


def _foot(leg: Strip, sign: int, back: bool, unit: float) -> F64:
    """Outline of a shoe that points a little outwards, in pixels."""
    shape = np.array(
        [
            [-0.15, -0.16],
            [0.13, -0.16],
            [0.18, 0.0],
            [0.36, 0.1],
            [0.44, 0.2],
            [0.42, 0.27],
            [-0.17, 0.27],
            [-0.19, 0.1],
        ]
    )
    if back:
        shape = shape * np.array([0.75, 1.0])
    outline: F64 = leg.joints[-1] + round_outline(shape * np.array([sign, 1.0]), 1) * unit
    return outline
