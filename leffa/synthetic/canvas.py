"""The picture in the making, with its label maps: layers are painted from far to near."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from leffa.synthetic.strip import F32, F64, Mask, Patch, polygon
from leffa.synthetic.surface import Surface, SurfaceMap


@dataclass(frozen=True)
class Layer:
    """`colour` (`[3]` or `[3, n, m]`) over a mask. `labels` (ATR, LIP); None keeps those below."""

    mask: Mask
    colour: F32 | F64
    labels: tuple[int, int] | None
    opacity: float


class Sketch:
    """Layers recorded once, to be painted on several canvases of one size."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.layers: list[Layer] = []

    def paint(
        self, mask: Mask, colour: F32 | F64, labels: tuple[int, int] | None = None, opacity: float = 1.0
    ) -> None:
        """Add a layer."""
        if not mask.empty:
            self.layers.append(Layer(mask, colour, labels, opacity))

    def outline(
        self, points: F64, colour: F64, labels: tuple[int, int] | None = None, opacity: float = 1.0
    ) -> None:
        """Add a filled polygon in pixels."""
        self.paint(polygon(points, self.size), colour, labels, opacity)


class Canvas:
    """A float picture in three planes `[3, h, w]`, and the labels of what was painted last on each pixel."""

    def __init__(self, background: F32) -> None:
        self.planes = np.ascontiguousarray(np.moveaxis(background, -1, 0))
        h, w = background.shape[:2]
        self.size = (w, h)
        self.atr = np.zeros((h, w), np.uint8)
        self.lip = np.zeros((h, w), np.uint8)
        self.flow = np.full((h, w, 2), np.nan, np.float32)
        self.surfaces = SurfaceMap(self.size)

    def paint(
        self, mask: Mask, colour: F32 | F64, labels: tuple[int, int] | None = None, opacity: float = 1.0
    ) -> None:
        """Lay a colour over a mask; the arguments are those of `Layer`."""
        if mask.empty:
            return
        below = self.planes[:, *mask.window]
        amount = mask.cover if opacity == 1.0 else mask.cover * np.float32(opacity)
        colour = colour.astype(np.float32)
        below += ((colour[:, None, None] if colour.ndim == 1 else colour) - below) * amount
        if labels is not None:
            solid = mask.cover >= 0.5
            self.atr[mask.window][solid], self.lip[mask.window][solid] = labels
            self.flow[mask.window][solid] = np.nan
            self.surfaces.hide(mask.window, solid)

    def lay(self, sketch: Sketch) -> None:
        """Paint all layers of a sketch."""
        for layer in sketch.layers:
            self.paint(layer.mask, layer.colour, layer.labels, layer.opacity)

    def shadow(self, mask: Mask, strength: float, sigma: float) -> None:
        """Darken softly what is already painted of the person beneath a layer about to come."""
        if mask.empty or strength == 0.0:
            return
        (rows, columns), (w, h), reach = mask.window, self.size, int(np.ceil(2.5 * sigma))
        above, left = min(reach, rows.start), min(reach, columns.start)
        below, right = min(reach, h - rows.stop), min(reach, w - columns.stop)
        wide = cv2.copyMakeBorder(mask.cover, above, below, left, right, cv2.BORDER_CONSTANT, value=0.0)
        window = (
            slice(rows.start - above, rows.stop + below),
            slice(columns.start - left, columns.stop + right),
        )
        soft = cv2.GaussianBlur(wide, (0, 0), sigma)
        soft = soft * (self.atr[window] > 0) * np.float32(strength)
        self.planes[:, *window] *= 1 - soft

    def image(self) -> NDArray[np.uint8]:
        """The finished picture, uint8 RGB `[h, w, 3]`."""
        return np.asarray(cv2.convertScaleAbs(cv2.merge(list(self.planes))), np.uint8)

    def show(self, patch: Patch, surface: Surface) -> None:
        """Record that the solid pixels of a just painted patch are those of a surface."""
        rows, columns = np.nonzero(patch.cover >= 0.5)
        if len(rows):
            at = np.stack([patch.s[rows, columns], patch.t[rows, columns]], axis=1)
            top, left = patch.window[0].start, patch.window[1].start
            self.surfaces.show(surface, rows + top, columns + left, at)

    def wear(self, patch: Patch, flow: F32) -> None:
        """Record where each solid pixel of a just painted piece lies on the garment photo."""
        if not patch.empty:
            solid = patch.cover >= 0.5
            self.flow[patch.window][solid] = flow[solid]
