"""The body under the clothes: its patches, DensePose maps and keypoints. Clothes change none of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leffa.synthetic.body import HIP_JOINT, Figure
from leffa.synthetic.head import face_outline
from leffa.synthetic.pose import SIDES
from leffa.synthetic.strip import F32, F64, Mask, Patch, polygon

# DensePose part indices: (seen from the front, seen from the back), or one index for both.
_TORSO = (2, 1)
_HAND = {"right": 3, "left": 4}
_FOOT = {"left": 5, "right": 6}
_UPPER_LEG = {"right": (9, 7), "left": (10, 8)}
_LOWER_LEG = {"right": (13, 11), "left": (14, 12)}
_UPPER_ARM = {"left": (17, 15), "right": (18, 16)}
_LOWER_ARM = {"left": (21, 19), "right": (22, 20)}
_HEAD = {"right": 23, "left": 24}

_TORSO_S = np.array([0, 0.27, 0.6, 0.85, 0.96, 0.93, 1, 1, 1, 1, 0.98, 0.6, 0])
_TORSO_T = np.array([-0.01, -0.005, 0.03, 0.06, 0.14, 0.26, 0.4, 0.55, 0.7, 0.85, 0.96, 1.05, 1.07])


@dataclass(frozen=True)
class Anatomy:
    """Patches of the body parts, and what they say about each pixel."""

    torso: Patch
    neck: Patch
    arms: dict[str, Patch]
    hands: dict[str, Patch]
    legs: dict[str, Patch]
    feet: dict[str, Mask]
    densepose: NDArray[np.uint8]
    densepose_uv: NDArray[np.uint8]
    keypoints: NDArray[np.float64]


def make_anatomy(figure: Figure, size: tuple[int, int]) -> Anatomy:
    """Lay the body of a figure on a picture of `size`."""
    outline_s = np.concatenate([_TORSO_S, -_TORSO_S[-2:0:-1]])
    outline_t = np.concatenate([_TORSO_T, _TORSO_T[-2:0:-1]])
    torso = figure.torso.panel(size, np.stack([outline_s, outline_t], axis=1))
    neck = figure.neck.tube(size)
    arms = {side: figure.arms[side].tube(size) for side in SIDES}
    hands = {side: figure.hands[side].tube(size) for side in SIDES}
    legs = {side: figure.legs[side].tube(size) for side in SIDES}
    feet = {side: polygon(figure.feet[side], size) for side in SIDES}
    w, h = size
    parts, uv = np.zeros((h, w), np.uint8), np.zeros((h, w, 2), np.uint8)
    view = 1 if figure.pose.back else 0

    def lay_arm(side: str) -> None:
        _label_limb(parts, uv, arms[side], _UPPER_ARM[side][view], _LOWER_ARM[side][view])
        _label(parts, uv, hands[side], _HAND[side])

    for side in arm_order(figure, behind=True):
        lay_arm(side)
    for side in leg_order(figure):
        _label_limb(parts, uv, legs[side], _UPPER_LEG[side][view], _LOWER_LEG[side][view])
        _label_plain(parts, uv, feet[side], _FOOT[side])
    _label(parts, uv, torso, _TORSO[view])
    for side in arm_order(figure, behind=False):
        lay_arm(side)
    _label_head(parts, uv, figure, size)
    return Anatomy(torso, neck, arms, hands, legs, feet, parts, uv, _keypoints(figure, size))


def arm_order(figure: Figure, behind: bool) -> list[str]:
    """The arms behind (or before) the trunk, in painting order."""
    first = "left" if figure.pose.arms_over == "right" else "right"
    return [side for side in (first, figure.pose.arms_over) if figure.pose.arms[side].behind == behind]


def leg_order(figure: Figure) -> list[str]:
    """The far leg, then the near one."""
    return ["left" if figure.pose.near_leg == "right" else "right", figure.pose.near_leg]


def _levels(values: F32 | F64) -> NDArray[np.uint8]:
    return np.round(np.asarray(np.clip(values, 0, 1), np.float32) * np.float32(255)).astype(np.uint8)


def _label(parts: NDArray[np.uint8], uv: NDArray[np.uint8], patch: Patch, index: int) -> None:
    solid = patch.cover >= 0.5
    parts[patch.window][solid] = index
    uv[patch.window][solid] = np.stack([_levels(patch.t), _levels((patch.s + 1) / 2)], axis=-1)[solid]


def _label_limb(
    parts: NDArray[np.uint8], uv: NDArray[np.uint8], patch: Patch, upper: int, lower: int
) -> None:
    below = patch.t >= 1
    solid = patch.cover >= 0.5
    parts[patch.window][solid] = np.where(below, lower, upper).astype(np.uint8)[solid]
    along = np.where(below, patch.t - 1, patch.t)
    uv[patch.window][solid] = np.stack([_levels(along), _levels((patch.s + 1) / 2)], axis=-1)[solid]


def _label_plain(parts: NDArray[np.uint8], uv: NDArray[np.uint8], mask: Mask, index: int) -> None:
    rows, columns = mask.cover.shape
    along, across = np.linspace(0, 1, max(rows, 1)), np.linspace(0, 1, max(columns, 1))
    grid = np.stack(np.meshgrid(along[:rows], across[:columns], indexing="ij"), axis=-1)
    solid = mask.cover >= 0.5
    parts[mask.window][solid] = index
    uv[mask.window][solid] = _levels(grid.astype(np.float32))[solid]


def _label_head(
    parts: NDArray[np.uint8], uv: NDArray[np.uint8], figure: Figure, size: tuple[int, int]
) -> None:
    head = polygon(figure.head.place(face_outline()), size)
    rows, columns = head.window
    middle = figure.head.place(np.array([[0.09 * figure.head.yaw, 0.0]]))[0]
    down = np.array([-np.sin(figure.head.tilt), np.cos(figure.head.tilt)])
    x = np.arange(columns.start, columns.stop)[None, :] - middle[0]
    y = np.arange(rows.start, rows.stop)[:, None] - middle[1]
    across = (x * down[1] - y * down[0]) / figure.unit
    along = (x * down[0] + y * down[1]) / figure.unit + 0.5
    solid = head.cover >= 0.5
    right_of_picture, left_of_picture = ("right", "left") if figure.pose.back else ("left", "right")
    index = np.where(across > 0, _HEAD[right_of_picture], _HEAD[left_of_picture]).astype(np.uint8)
    parts[head.window][solid] = index[solid]
    both = np.stack(np.broadcast_arrays(along, np.abs(across) / 0.45), axis=-1)
    uv[head.window][solid] = _levels(both.astype(np.float32))[solid]


def _keypoints(figure: Figure, size: tuple[int, int]) -> NDArray[np.float64]:
    """COCO-18; (0, 0) where out of the frame or, for nose and eyes, hidden behind the head."""
    sign, shift = figure.sign, 0.09 * figure.head.yaw
    arms, legs = figure.arms, figure.legs

    def on_head(x: float, y: float) -> F64:
        point: F64 = figure.head.place(np.array([[x, y]]))[0]
        return point

    missing = np.zeros(2)
    points = [
        missing if figure.pose.back else on_head(1.5 * shift, 0.13),
        figure.torso.point(0.0, 0.06),
        *arms["right"].joints,
        *arms["left"].joints,
        figure.torso.point(sign["right"] * 0.5, HIP_JOINT),
        *legs["right"].joints[1:],
        figure.torso.point(sign["left"] * 0.5, HIP_JOINT),
        *legs["left"].joints[1:],
        *(missing if figure.pose.back else on_head(shift + sign[s] * 0.155, 0.03) for s in SIDES),
        *(on_head(sign[s] * 0.36, 0.04) for s in SIDES),
    ]
    found = np.stack(points).astype(np.float64)
    inside = ((found >= 0) & (found <= np.array(size) - 1)).all(axis=1)
    found[~inside] = 0.0
    return found
