"""From a box around a person to a crop, and from the heat maps of a crop to points in the picture.

Unbiased data processing (arXiv 1911.07524): the first and last pixel of the crop, and the first and last cell
of a heat map, lie on the edges of the same region of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A person's box is looked at with a quarter more around it.
MARGIN = 1.25
# The blur before a peak is refined, in cells, as `transformers` does it; the published code's own (sigma 2)
# pulls peaks towards a border that is near.
KERNEL = 11
SIGMA = 0.8
LOWEST_VALUE = 0.001


@dataclass(frozen=True)
class Region:
    """An upright rectangle of the picture, in pixels; it may reach beyond the picture."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def around(cls, box: Sequence[float], aspect: float) -> Region:
        """The box (x1, y1, x2, y2) with its margin, made wider or higher to width / height = `aspect`."""
        x1, y1, x2, y2 = box
        height = MARGIN * max(y2 - y1, (x2 - x1) / aspect)
        width = aspect * height
        return cls((x1 + x2 - width) / 2, (y1 + y2 - height) / 2, width, height)

    def crop(self, pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
        """The region of `[h, w, 3]` at `size` (height, width), bilinear, black outside of the picture."""
        height, width = size
        across, down = (width - 1) / self.width, (height - 1) / self.height
        matrix = np.array([[across, 0, -self.left * across], [0, down, -self.top * down]])
        return cv2.warpAffine(pixels, matrix, (width, height)).astype(np.uint8, copy=False)

    def to_picture(self, cells: Array, size: tuple[int, int]) -> Array:
        """Points `[n, 2]` (x, y) on heat maps of `size` (height, width) as points in the picture."""
        height, width = size
        scale = np.array([self.width / (width - 1), self.height / (height - 1)])
        points: Array = cells * scale + (self.left, self.top)
        return points


def read_peaks(heat: NDArray[np.float32]) -> tuple[Array, Array]:
    """The peak of each heat map `[k, h, w]`: x and y `[k, 2]` in fractions of a cell, and its value `[k]`.

    The highest cell, moved to the top of the Gaussian that the blurred map is around it (arXiv 1910.06278):
    one step of Newton's method on the logarithm.
    """
    peaks, scores = [], []
    for values in heat:
        y, x = divmod(int(values.argmax()), values.shape[1])
        scores.append(float(values[y, x]))
        blurred = cv2.GaussianBlur(values, (KERNEL, KERNEL), SIGMA, borderType=cv2.BORDER_REFLECT)
        logarithm = np.pad(np.log(blurred.clip(LOWEST_VALUE).astype(np.float64)), 1, mode="edge")
        peaks.append(np.array([x, y]) + _newton_step(logarithm[y : y + 3, x : x + 3]))
    return np.array(peaks), np.array(scores)


def _newton_step(around: Array) -> Array:
    """From the middle of `[3, 3]` to the top of the parabola through it, (x, y); 0 where it has no top."""
    (northwest, north, _), (west, middle, east), (_, south, southeast) = around
    dx, dy = (east - west) / 2, (south - north) / 2
    dxx, dyy = east - 2 * middle + west, south - 2 * middle + north
    dxy = (southeast - east - south + 2 * middle - west - north + northwest) / 2
    determinant = dxx * dyy - dxy * dxy
    if not (determinant > 0 and dxx < 0):
        return np.zeros(2)
    step: Array = np.array([dxy * dy - dyy * dx, dxy * dx - dxx * dy]) / determinant
    return step
