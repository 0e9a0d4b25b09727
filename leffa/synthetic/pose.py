"""Poses: angles of the torso, head and limbs, and how the camera frames them.

Angles are in radians. A limb's angle is measured from straight down, positive away from the
body; 0 hangs, pi/2 is level, pi points up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIDES = ("right", "left")


@dataclass(frozen=True)
class LimbPose:
    """Two bones: their angles and how much each is foreshortened (1 = seen at full length)."""

    upper: float
    lower: float
    upper_scale: float = 1.0
    lower_scale: float = 1.0
    behind: bool = False


@dataclass(frozen=True)
class Pose:
    """One stance. `yaw` -1..1 turns the face and narrows the shoulders; `back` shows the back."""

    arms: dict[str, LimbPose]
    legs: dict[str, LimbPose]
    lean: float
    tilt: float
    yaw: float
    back: bool
    near_leg: str
    arms_over: str


def sample_pose(rng: np.random.Generator, back: bool | None = None) -> Pose:
    """A natural stance. `back` None: one in twelve shows the back."""
    names = ("down", "bent", "hip", "raised", "wave", "crossed", "behind")
    weights = np.array([0.32, 0.2, 0.15, 0.08, 0.08, 0.12, 0.05])
    modes = [names[i] for i in rng.choice(len(names), 2, p=weights)]
    if rng.random() < 0.35:
        modes[1] = modes[0]
    seen_from_back = bool(rng.random() < 1 / 12)
    return Pose(
        arms={side: _arm(rng, mode) for side, mode in zip(SIDES, modes, strict=True)},
        legs=_legs(rng),
        lean=float(rng.normal(0, 0.035)),
        tilt=float(np.clip(rng.normal(0, 0.07), -0.16, 0.16)),
        yaw=float(np.clip(rng.normal(0, 0.45), -1, 1)),
        back=seen_from_back if back is None else back,
        near_leg=SIDES[int(rng.integers(2))],
        arms_over=SIDES[int(rng.integers(2))],
    )


def _arm(rng: np.random.Generator, mode: str) -> LimbPose:
    degrees = {  # upper low, upper high, lower low, lower high
        "down": (8, 17, 2, 11),
        "bent": (15, 28, -32, -4),
        "hip": (40, 50, -52, -40),
        "raised": (125, 155, 160, 192),
        "wave": (62, 92, 135, 178),
        "crossed": (9, 18, -108, -78),
        "behind": (14, 22, -24, -12),
    }[mode]
    upper = np.deg2rad(rng.uniform(*degrees[:2]))
    lower = np.deg2rad(rng.uniform(*degrees[2:]))
    short = {"crossed": 0.92, "raised": 0.95}.get(mode, 1.0)
    behind = mode == "behind" or (mode in {"down", "hip", "raised"} and bool(rng.random() < 0.35))
    return LimbPose(float(upper), float(lower), short * rng.uniform(0.92, 1.0), rng.uniform(0.9, 1.0), behind)


def _legs(rng: np.random.Generator) -> dict[str, LimbPose]:
    mode = ("together", "apart", "walking", "relaxed")[int(rng.choice(4, p=[0.35, 0.3, 0.2, 0.15]))]
    if mode == "together":
        angle = np.deg2rad(rng.uniform(0, 3))
        return {side: LimbPose(float(angle), float(angle)) for side in SIDES}
    if mode == "apart":
        angle = np.deg2rad(rng.uniform(5, 11))
        return {side: LimbPose(float(angle), float(angle * 0.85)) for side in SIDES}
    free = SIDES[int(rng.integers(2))]
    stand = LimbPose(float(np.deg2rad(rng.uniform(0, 4))), float(np.deg2rad(rng.uniform(-2, 2))))
    if mode == "walking":
        upper, lower = np.deg2rad(rng.uniform(4, 10)), np.deg2rad(rng.uniform(-8, 2))
        step = LimbPose(float(upper), float(lower), rng.uniform(0.88, 0.95), rng.uniform(0.85, 0.95))
    else:
        upper, lower = np.deg2rad(rng.uniform(10, 16)), np.deg2rad(rng.uniform(-4, 6))
        step = LimbPose(float(upper), float(lower), 0.98, 0.98)
    return {side: step if side == free else stand for side in SIDES}
