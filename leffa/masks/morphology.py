"""Growing, shrinking and filling of boolean maps `[h, w]`, as the published rules do it with OpenCV."""

from __future__ import annotations

import cv2
import numpy as np

from leffa.masks.labels import BoolMap


def dilate(region: BoolMap, size: int, times: int = 1) -> BoolMap:
    """Grow by a `size` x `size` square, `times` times.

    An even size is not symmetric: 10 x 10 five times reaches 20 px left and up, 25 px right and down.
    """
    return cv2.dilate(region.astype(np.uint8), np.ones((size, size), np.uint8), iterations=times) > 0


def erode(region: BoolMap, size: int) -> BoolMap:
    """Shrink by a `size` x `size` square; the image border does not count as outside."""
    return cv2.erode(region.astype(np.uint8), np.ones((size, size), np.uint8)) > 0


def clear_border(region: BoolMap) -> BoolMap:
    """The region without the outermost pixel of each side of the image."""
    inner = np.zeros_like(region)
    inner[1:-1, 1:-1] = region[1:-1, 1:-1]
    return inner


def fill_holes(region: BoolMap) -> BoolMap:
    """Add every pixel that has no 4-connected way to the image border outside of the region."""
    padded = np.pad(region, 1).astype(np.uint8)
    cv2.floodFill(padded, None, (0, 0), 2)
    filled: BoolMap = padded[1:-1, 1:-1] != 2
    return filled


def fill_largest_contour(region: BoolMap) -> BoolMap:
    """The contour of the largest area, drawn filled; holes inside are filled too. Empty stays empty.

    The contour is the Teh-Chin L1 approximation of the published code, so an edge may move by a pixel.
    """
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    drawn = np.zeros(region.shape, np.uint8)
    if contours:
        largest = max(contours, key=cv2.contourArea)
        cv2.drawContours(drawn, [largest], 0, 1, thickness=cv2.FILLED)
    return drawn > 0


def fill_hulls(region: BoolMap) -> BoolMap:
    """Every outer contour replaced by its convex hull, drawn filled."""
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    drawn = np.zeros(region.shape, np.uint8)
    for contour in contours:
        cv2.drawContours(drawn, [cv2.convexHull(contour)], 0, 1, thickness=cv2.FILLED)
    return drawn > 0


def drop_specks(region: BoolMap, share: float = 0.1) -> BoolMap:
    """Only the 8-connected components with at least `share` of the pixels of the largest one."""
    count, components, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8))
    kept = np.zeros(count, dtype=np.bool_)
    kept[1:] = stats[1:, cv2.CC_STAT_AREA] >= share * stats[1:, cv2.CC_STAT_AREA].max(initial=0)
    left: BoolMap = kept[components]
    return left
