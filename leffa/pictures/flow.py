"""Drawing where attention looks: which point of the reference each part of the target shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.pictures.colours import flatten

_GAP = 12
# How much of a panel is its picture, where colours lie on it.
_FAINT = 0.35
_ARROWS = 16
_HEIGHT = 512
_SEED = 0


def flow_sheet(
    places: NDArray[np.float32],
    target: Image.Image,
    reference: Image.Image,
    mask: Image.Image | None = None,
    *,
    arrows: int = _ARROWS,
    height: int = _HEIGHT,
) -> Image.Image:
    """Three panels of `height` pixels: the reference, the target, the reference as the target sees it.

    places: `[h, w, 2]`, x and y on the reference for each token of the target, shares 0..1 of its sides; NaN
    where there is none. Every point of the reference has a colour of its own, and the target's tokens have
    the colour of the point that they look at. `arrows` of them, chosen evenly, are drawn to their points.
    mask (L): only what is white in it is coloured and drawn.
    """
    width = round(target.width * height / target.height)
    target = flatten(target).resize((width, height), Image.Resampling.LANCZOS)
    other = flatten(reference).resize(
        (round(reference.width * height / reference.height), height), Image.Resampling.LANCZOS
    )
    shown = np.asarray(np.isfinite(places).all(axis=-1))
    if mask is not None:
        shown = shown & (np.asarray(mask.resize(places.shape[1::-1], Image.Resampling.BOX)) >= 128)
    # Smooth between tokens that look somewhere; the others have no say.
    known = np.dstack([np.where(shown[..., None], places, 0.0), shown]).astype(np.float32)
    sums = np.asarray(cv2.resize(known, (width, height)), dtype=np.float32)
    fine = (sums[..., :2] / np.maximum(sums[..., 2:], 1e-6)).astype(np.float32)
    covers = Image.fromarray(np.where(shown, np.uint8(255), np.uint8(0)))
    inside = np.asarray(covers.resize((width, height), Image.Resampling.NEAREST)) == 255
    own = np.asarray(target)
    coloured = _blend(own, _colours(fine))
    warped = _seen(np.asarray(other), fine)
    y, x = np.mgrid[0.5 : other.height, 0.5 : other.width]
    everywhere = np.dstack([x / other.width, y / other.height]).astype(np.float32)
    legend = _blend(np.asarray(other), _colours(everywhere))
    gap = np.full((height, _GAP, 3), 255, np.uint8)
    panels = [
        legend,
        gap,
        np.where(inside[..., None], coloured, own),
        gap,
        np.where(inside[..., None], warped, own),
    ]
    sheet = np.ascontiguousarray(np.hstack(panels))
    _draw_arrows(sheet, places, shown, (width, height), other.size, arrows)
    return Image.fromarray(sheet)


def _colours(places: NDArray[np.float32]) -> NDArray[np.uint8]:
    """RGB of points `[h, w, 2]` (shares 0..1): the hue turns about the middle, which is pale."""
    across, down = places[..., 0] - 0.5, places[..., 1] - 0.5
    hue = (np.arctan2(down, across) / (2 * np.pi)) % 1.0
    strength = np.clip(np.hypot(across, down) * 2, 0, 1)
    hsv = np.dstack([hue * 360, strength, np.ones_like(hue)]).astype(np.float32)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255, dtype=np.uint8)


def _blend(picture: NDArray[np.uint8], colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.addWeighted(picture, _FAINT, colours, 1 - _FAINT, 0), dtype=np.uint8)


def _seen(reference: NDArray[np.uint8], places: NDArray[np.float32]) -> NDArray[np.uint8]:
    at = (places * reference.shape[1::-1] - 0.5).astype(np.float32)
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    return np.asarray(
        cv2.remap(reference, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def _draw_arrows(
    sheet: NDArray[np.uint8],
    places: NDArray[np.float32],
    shown: NDArray[np.bool_],
    target_size: tuple[int, int],
    reference_size: tuple[int, int],
    arrows: int,
) -> None:
    rows, columns = np.nonzero(shown)
    chosen = np.random.default_rng(_SEED).permutation(len(rows))[:arrows]
    scale = np.array(target_size) / np.array(shown.shape[::-1])
    for row, column in zip(rows[chosen], columns[chosen], strict=True):
        start = (np.array([column, row]) + 0.5) * scale + (reference_size[0] + _GAP, 0)
        end = places[row, column] * np.array(reference_size)
        colour = _colours(places[row : row + 1, column : column + 1])[0, 0].tolist()
        ends = [[round(float(value)) for value in point] for point in (start, end)]
        for shade, thickness in (((40, 40, 40), 3), (colour, 1)):
            cv2.arrowedLine(sheet, ends[0], ends[1], shade, thickness, cv2.LINE_AA, tipLength=0.02)
