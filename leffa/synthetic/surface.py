"""Which point of which surface each pixel of a drawn person shows, and where another picture shows it too.

A surface is a body part, a piece of cloth or a part of the head. Its points have two coordinates that no
pose changes; a chart says where in one picture they lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leffa.synthetic.body import HeadFrame
from leffa.synthetic.strip import F32

# Coordinates of points to pixels x, y.
Chart = Callable[[F32, F32], tuple[F32, F32]]
# Pixels (of a picture of 256 rows) by which a chart may miss a pixel that it should lead to. Beyond the
# rounded tip of a limb, and inside a bent joint, coordinates are not unique.
_TOLERANCE = 2.0 / 256
# And of two pixels that are said to show one point, how far the coordinates may differ.
_SAME = 0.15
_FACE_HALF = 0.4  # of the face's width, in heads


class Surface(NamedTuple):
    """name: equal in two pictures for what is the same there."""

    name: str
    chart: Chart


class SurfaceMap:
    """What is seen of the surfaces in one picture: painted from far to near, as the picture is."""

    def __init__(self, size: tuple[int, int]) -> None:
        w, h = size
        self.surfaces: list[Surface] = []
        # 0: none that is known; else the number of a surface, counted from 1.
        self.number = np.zeros((h, w), np.uint8)
        self.at = np.zeros((h, w, 2), np.float32)

    def show(self, surface: Surface, rows: NDArray[np.intp], columns: NDArray[np.intp], at: F32) -> None:
        """These pixels show `surface` at the points `at` `[n, 2]`; pixels that its chart misses show none."""
        x, y = surface.chart(at[:, 0], at[:, 1])
        hit = np.hypot(x - columns, y - rows) <= _TOLERANCE * len(self.number)
        self.surfaces.append(surface)
        self.number[rows, columns] = np.where(hit, len(self.surfaces), 0)
        self.at[rows, columns] = at

    def hide(self, window: tuple[slice, slice], solid: NDArray[np.bool_]) -> None:
        """Something else is painted there."""
        self.number[window][solid] = 0

    def points_in(self, other: SurfaceMap) -> F32:
        """Pixel x and y in `other`'s picture of what each pixel shows here, `[h, w, 2]`; NaN where `other`
        does not show it or it is not known."""
        h, w = other.number.shape
        found = np.full((*self.number.shape, 2), np.nan, np.float32)
        numbers = {surface.name: number for number, surface in enumerate(other.surfaces, 1)}
        for number, surface in enumerate(self.surfaces, 1):
            same = numbers.get(surface.name)
            rows, columns = np.nonzero(self.number == number)
            if same is None or not len(rows):
                continue
            at = self.at[rows, columns]
            x, y = other.surfaces[same - 1].chart(at[:, 0], at[:, 1])
            there_x, there_y = np.rint(x).astype(int), np.rint(y).astype(int)
            inside = (there_x >= 0) & (there_y >= 0) & (there_x < w) & (there_y < h)
            there_x, there_y = np.where(inside, there_x, 0), np.where(inside, there_y, 0)
            near = np.abs(other.at[there_y, there_x] - at).max(axis=1) <= _SAME
            seen = inside & near & (other.number[there_y, there_x] == same)
            found[rows[seen], columns[seen]] = np.stack([x, y], axis=1)[seen]
        return found


@dataclass(frozen=True)
class Plane:
    """Points with coordinates along the picture's axes, around `centre`; one is `reach` pixels long."""

    centre: tuple[np.float32, np.float32]
    reach: tuple[np.float32, np.float32]

    def chart(self, x: F32, y: F32) -> tuple[F32, F32]:
        """Points to pixels."""
        return self.centre[0] + x * self.reach[0], self.centre[1] + y * self.reach[1]


@dataclass(frozen=True)
class HeadPlane:
    """Points of a part of the head, in heads from the head's centre.

    turns: the part's middle moves with the head's yaw, as the face does within its outline.
    """

    head: HeadFrame
    turns: bool

    def chart(self, x: F32, y: F32) -> tuple[F32, F32]:
        """Points to pixels."""
        (cx, cy), scale, (cos, sin) = self._frame()
        x = x + self._moved(x)
        return cx + (x * cos - y * sin) * scale, cy + (x * sin + y * cos) * scale

    def back(self, x: F32, y: F32) -> tuple[F32, F32]:
        """Pixels to points."""
        (cx, cy), scale, (cos, sin) = self._frame()
        x, y = (x - cx) / scale, (y - cy) / scale
        across = x * cos + y * sin
        rest = across
        for _ in range(4):
            rest = across - self._moved(rest)
        return rest, y * cos - x * sin

    def _moved(self, x: F32) -> F32:
        shift = np.float32(0.09 * self.head.yaw if self.turns else 0.0)
        return np.asarray(shift * np.clip(1 - (x / np.float32(_FACE_HALF)) ** 2, 0, 1), np.float32)

    def _frame(self) -> tuple[F32, np.float32, tuple[np.float32, np.float32]]:
        tilt = self.head.tilt
        turned = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
        return self.head.centre.astype(np.float32), np.float32(self.head.scale), turned
