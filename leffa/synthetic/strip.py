"""The one geometric primitive: a strip, a chain of bones with a half-width along it.

A strip has two coordinates: `t` runs along the bones (0 at the first joint, 1 at the second,
...), `s` across them (-1 and 1 at the two edges). Body parts and garment pieces are strips;
the same (s, t) on a worn piece and on its flat lay is the same point of cloth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_STEPS = 128  # entries of a width table for each bone
_SMOOTH = _STEPS // 10  # entries on each side over which knots are rounded
_KERNEL = np.hanning(2 * _SMOOTH + 3)[1:-1] / np.hanning(2 * _SMOOTH + 3).sum()
_SHIFT = 4  # sub-pixel bits of the polygon filler


@dataclass(frozen=True)
class Mask:
    """Antialiased coverage 0..1 of a shape within a window of the picture."""

    window: tuple[slice, slice]
    cover: F32

    @property
    def empty(self) -> bool:
        return self.cover.size == 0


@dataclass(frozen=True)
class Patch(Mask):
    """A mask with the strip coordinates of each of its pixels."""

    s: F32
    t: F32


class Strip:
    """Bones through `joints` (`[n + 1, 2]`, pixels), half-widths (pixels) by linear knots in `t`.

    For an axis that points down, positive `s` is to the right of the picture.
    """

    def __init__(self, joints: F64, knots: Sequence[tuple[float, float]]) -> None:
        self.joints = np.asarray(joints, np.float64)
        self.bones = len(self.joints) - 1
        steps = np.diff(self.joints, axis=0)
        self.lengths = np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-3)
        self.along = steps / self.lengths[:, None]
        self.across = np.stack([self.along[:, 1], -self.along[:, 0]], axis=1)
        self.knots = tuple(knots)

    @cached_property
    def _table(self) -> F32:
        return _smooth_table(self.knots, self.bones)

    def width(self, t: F32 | F64) -> F32:
        """Half-width in pixels at `t`, constant beyond both ends."""
        index = np.clip(t * _STEPS + 0.5, 0, len(self._table) - 1).astype(np.int32)
        width: F32 = self._table[index]
        return width

    def place(self, s: F32 | F64, t: F32 | F64) -> tuple[F32, F32]:
        """Pixel coordinates x, y of the points (s, t)."""
        bone = np.clip(t, 0, self.bones - 1e-6).astype(np.int32)
        start, step = self.joints.astype(np.float32), np.diff(self.joints, axis=0).astype(np.float32)
        across, part, offset = self.across.astype(np.float32), t - bone, s * self.width(t)
        x = start[bone, 0] + part * step[bone, 0] + offset * across[bone, 0]
        y = start[bone, 1] + part * step[bone, 1] + offset * across[bone, 1]
        return x.astype(np.float32), y.astype(np.float32)

    def point(self, s: float, t: float) -> F64:
        """One point (s, t) as `[2]`."""
        bone = min(max(int(t), 0), self.bones - 1)
        width = float(self._table[min(max(round(t * _STEPS), 0), len(self._table) - 1)])
        at: F64 = (
            self.joints[bone]
            + (t - bone) * self.along[bone] * self.lengths[bone]
            + s * width * self.across[bone]
        )
        return at

    def eased(self, factor: float, extra: float = 0.0) -> Strip:
        """The same bones with half-widths times `factor` plus `extra` pixels: cloth over a body part."""
        return Strip(self.joints, [(t, width * factor + extra) for t, width in self.knots])

    def tube(self, size: tuple[int, int], end: float | None = None, start: float = 0.0) -> Patch:
        """The rounded limb. `end`: cut it off there by a hem, at `t = end`."""
        joints = self.joints
        if end is not None:
            last = min(int(np.ceil(end)), self.bones)
            tip = self.point(0.0, end)
            joints = np.concatenate([joints[:last], tip[None]])
        if start > 0.0:
            joints = np.concatenate([self.point(0.0, start)[None], joints[1:]])
        pad = float(self._table.max()) + 2.0
        window = _window(joints.min(axis=0) - pad, joints.max(axis=0) + pad, size)
        x, y = _grids(window)
        best = np.full((y.shape[0], x.shape[1]), -np.inf, np.float32)
        s, t = np.zeros_like(best), np.zeros_like(best)
        for i in range(len(joints) - 1):
            (ax, ay), (ux, uy), (nx, ny) = joints[i], self.along[i], self.across[i]
            length = float(np.hypot(*(joints[i + 1] - joints[i])))
            first = start if i == 0 else float(i)
            along = (x - np.float32(ax)) * np.float32(ux) + (y - np.float32(ay)) * np.float32(uy)
            off = (x - np.float32(ax)) * np.float32(nx) + (y - np.float32(ay)) * np.float32(ny)
            inside = np.clip(along, 0, np.float32(length))
            distance = np.hypot(along - inside, off)
            bone_t = inside / np.float32(self.lengths[i]) + np.float32(first)
            width = self.width(bone_t)
            depth = width - distance
            across = np.copysign(distance, off) / width
            if i == 0:  # before the first joint the cloth goes on straight
                before = along < 0
                bone_t = np.where(before, along / np.float32(self.lengths[i]) + np.float32(first), bone_t)
                across = np.where(before, off / width, across)
            if i == len(joints) - 2:  # a rounded tip is no edge to the side
                across = np.where(along > length, off / width, across)
            if end is not None and i == len(joints) - 2:
                sag = 0.2 * width * (1 - np.minimum(across * across, 1))
                depth = np.minimum(depth, np.float32(length) - along + sag)
            nearer = depth > best
            best = np.where(nearer, depth, best)
            s, t = np.where(nearer, across, s), np.where(nearer, bone_t, t)
        cover: F32 = np.clip(best + np.float32(0.5), 0, 1).astype(np.float32)
        return Patch(window, cover, np.clip(s, -1, 1).astype(np.float32), t.astype(np.float32))

    def panel(self, size: tuple[int, int], outline: F64) -> Patch:
        """A cut piece of cloth: `outline` `[n, 2]` holds (s, t) corners. One bone only."""
        px, py = self.place(outline[:, 0], outline[:, 1])
        mask = polygon(np.stack([px, py], axis=1), size)
        x, y = _grids(mask.window)
        (ax, ay), (ux, uy), (nx, ny) = self.joints[0], self.along[0], self.across[0]
        scale = np.float32(1 / self.lengths[0])
        t = ((x - np.float32(ax)) * np.float32(ux) + (y - np.float32(ay)) * np.float32(uy)) * scale
        off = (x - np.float32(ax)) * np.float32(nx) + (y - np.float32(ay)) * np.float32(ny)
        return Patch(
            mask.window, mask.cover, np.asarray(off / self.width(t), np.float32), np.asarray(t, np.float32)
        )


def polygon(points: F64 | F32, size: tuple[int, int]) -> Mask:
    """Antialiased filled polygon, `points` `[n, 2]` in pixels."""
    window = _window(points.min(axis=0) - 2, points.max(axis=0) + 2, size)
    rows, columns = window
    cover = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    if cover.size:
        local = (points - np.array([columns.start, rows.start])) * (1 << _SHIFT)
        cv2.fillPoly(cover, [np.round(local).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    return Mask(window, cover.astype(np.float32) * np.float32(1 / 255))


def round_outline(points: F64, rounds: int = 2) -> F64:
    """A closed polygon with its corners cut `rounds` times (Chaikin): a soft outline."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0)
        pairs = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], axis=1)
        points = pairs.reshape(-1, 2)
    return points


def _smooth_table(knots: Sequence[tuple[float, float]], bones: int) -> F32:
    t, width = zip(*knots, strict=True)
    at = np.arange(-_SMOOTH, bones * _STEPS + 1 + _SMOOTH) / _STEPS
    return np.convolve(np.interp(at, t, width), _KERNEL, mode="valid").astype(np.float32)


def _window(low: F64 | F32, high: F64 | F32, size: tuple[int, int]) -> tuple[slice, slice]:
    w, h = size
    x0, y0 = (int(np.clip(np.floor(low[i]), 0, side)) for i, side in enumerate((w, h)))
    x1, y1 = (int(np.clip(np.ceil(high[i]) + 1, 0, side)) for i, side in enumerate((w, h)))
    return slice(y0, max(y1, y0)), slice(x0, max(x1, x0))


def _grids(window: tuple[slice, slice]) -> tuple[F32, F32]:
    rows, columns = window
    x = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :]
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
    return x, y
