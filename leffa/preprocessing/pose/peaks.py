"""From heat maps at the network's resolution to candidate joints in the picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from leffa.preprocessing.pose.openpose_network import STRIDE

LOWEST_PEAK = 0.1
SIGMA = 3.0
RADIUS = 12  # four sigmas
_ROUNDING = 1e-6

Pixel = TypeVar("Pixel", np.uint8, np.float32)


def resize(picture: NDArray[Pixel], height: float, width: float) -> NDArray[Pixel]:
    """`[h, w]` or `[h, w, 3]` to whole rows and columns, by areas if it shrinks overall, else Lanczos-4."""
    shrinks = (height + width) / sum(picture.shape[:2]) < 1
    interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4
    resized: NDArray[Pixel] = cv2.resize(picture, (int(width), int(height)), interpolation=interpolation)  # type: ignore[assignment]
    return resized


def enlarge(
    channel: NDArray[np.float32], scaled: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.float32]:
    """One of the network's maps `[h, w]` at the picture's `size` (height, width).

    scaled: height and width of the picture as the network saw it, without the padding that makes them
    multiples of 8. First the network's stride is undone, then the padding, then the scale.
    """
    height, width = channel.shape
    padded = resize(channel, STRIDE * height, STRIDE * width)
    return resize(padded[: scaled[0], : scaled[1]], *size)


def find_peaks(heat: Iterable[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """For the map `[h, w]` of each part its peaks `[n, 4]`: x, y, score, and an id that runs over all parts.

    A peak is a pixel of the smoothed map above 0.1 that none of its four neighbours exceeds, so a flat top is
    several; peaks come row by row. Their scores are read from the map as it is.
    """
    parts: list[NDArray[np.float64]] = []
    first = 0
    for part in heat:
        top, left, region = _crop(part)
        smoothed = smooth(region.astype(np.float64))
        framed = np.pad(smoothed, 1)
        neighbours = (framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:])
        is_peak = (smoothed > LOWEST_PEAK) & (smoothed >= np.maximum.reduce(neighbours))
        y, x = np.nonzero(is_peak)
        ids = first + np.arange(len(x))
        parts.append(np.column_stack([left + x, top + y, region[y, x], ids]).astype(np.float64))
        first += len(x)
    return parts


def _crop(part: NDArray[np.float32]) -> tuple[int, int, NDArray[np.float32]]:
    """The region that can hold peaks, with its first row and column: smoothing all of the map takes longer.

    A mean above 0.1 has a value of that size within the kernel's radius; so much again and a pixel more, and
    the neighbours of such a pixel are smoothed as they would be in the whole map.
    """
    high = part > LOWEST_PEAK - _ROUNDING
    rows, columns = np.nonzero(high)
    (top, bottom), (left, right) = _reach(rows, len(high)), _reach(columns, high.shape[1])
    return top, left, part[top:bottom, left:right]


def _reach(high: NDArray[np.int64], size: int) -> tuple[int, int]:
    if not len(high):
        return 0, 1  # one pixel, which is no peak
    margin = 2 * RADIUS + 1
    return max(int(high.min()) - margin, 0), min(int(high.max()) + margin + 1, size)


def smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian of sigma 3 on `[h, w]`; edges are mirrored, the edge pixel with them."""
    kernel = np.exp(-0.5 / SIGMA**2 * np.arange(-RADIUS, RADIUS + 1) ** 2)
    weights = (kernel / kernel.sum())[RADIUS:]
    return _convolve(_convolve(values, weights).T, weights).T


def _convolve(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Along the first axis, by a symmetric kernel given from its centre outwards.

    Summed from the far ends inwards, like SciPy: where two neighbours are equal but for rounding, it decides
    which of them is a peak.
    """
    padded = np.pad(values, ((RADIUS, RADIUS), (0, 0)), mode="symmetric")
    size = len(values)
    total: NDArray[np.float64] = values * weights[0]
    for i in range(RADIUS, 0, -1):
        pair = padded[RADIUS - i : RADIUS - i + size] + padded[RADIUS + i : RADIUS + i + size]
        total += pair * weights[i]
    return total
