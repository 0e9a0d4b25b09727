"""A plain background told from a garment by colour alone, and made transparent."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import GarmentNotFound
from leffa.pictures.colours import flatten

# Colour differences are CIE 1976 distances: 2 is just visible, 100 is black to white.
WORK_SIDE = 1024
LEAST_TOLERANCE = 5.0
LARGEST_TOLERANCE = 15.0
LEAST_PLAIN_SIDE = 0.55
WHITE_LIGHTNESS = 90.0
LEAST_GARMENT, LARGEST_GARMENT = 0.005, 0.97

FloatMap = NDArray[np.float32]
BoolMap = NDArray[np.bool_]


@dataclass(frozen=True)
class Background:
    """Distance of every pixel to the background's colour there, and the background's own spread."""

    distance: FloatMap
    spread: float
    lightness: float

    @property
    def tolerance(self) -> float:
        return max(LEAST_TOLERANCE, 4 * self.spread)


def remove_background(image: Image.Image) -> Image.Image:
    """`image` as RGBA of the same size, its plain background transparent, edges soft.

    The background's colour is a smooth surface fitted to the border of the picture, so that uneven
    light does no harm; background is what is near it and connected to the border. Areas of that
    colour inside the garment are holes only if they are large, the garment differs clearly and the
    background is not white.
    Cast shadows count as garment; existing transparency is first laid on white.

    Raises `GarmentNotFound` if the border is not plain, or nothing or everything is left.
    """
    rgb = flatten(image)
    scale = min(1.0, WORK_SIDE / max(rgb.size))
    size = (max(1, round(rgb.width * scale)), max(1, round(rgb.height * scale)))
    small = np.asarray(rgb.resize(size, Image.Resampling.BOX))
    background = _fit_background(small)
    garment = _without_specks(~_outer_background(background))
    garment = _with_holes(garment, background)
    share = float(garment.mean())
    if not LEAST_GARMENT <= share <= LARGEST_GARMENT:
        raise GarmentNotFound(f"{share:.1%} of the garment photo differs from its border, no garment")
    cut = rgb.copy()
    cut.putalpha(Image.fromarray(_soft_edge(garment)).resize(rgb.size, Image.Resampling.BILINEAR))
    return cut


def _fit_background(rgb: NDArray[np.uint8]) -> Background:
    height, width = rgb.shape[:2]
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    surface = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1)
    rim = max(2, min(height, width) // 50)
    border = np.ones((height, width), dtype=bool)
    border[rim:-rim, rim:-rim] = False
    colours, places = lab[border], surface[border]

    # Start at the most usual colour; a garment that touches the border is left behind.
    kept = np.linalg.norm(colours - np.median(colours, axis=0), axis=1) < 2 * LARGEST_TOLERANCE
    for _ in range(4):
        if not _is_plain(kept, border):
            raise GarmentNotFound("the background of the garment photo is not plain")
        weights = np.linalg.lstsq(places[kept], colours[kept], rcond=None)[0]
        residual = np.linalg.norm(colours - places @ weights, axis=1)
        spread = float(np.median(residual[kept]))
        kept = residual < max(LEAST_TOLERANCE, 4 * spread)
    # JPEG leaves a fringe of wrong pixels along a garment's edge; the median takes it off.
    distance = cv2.medianBlur(np.linalg.norm(lab - surface @ weights, axis=2).astype(np.float32), 5)
    background = Background(np.asarray(distance, dtype=np.float32), spread, float(weights[0, 0]))
    if background.tolerance > LARGEST_TOLERANCE:
        raise GarmentNotFound("the background of the garment photo is not plain")
    return background


def _is_plain(kept: BoolMap, border: BoolMap) -> bool:
    """Whether most of three sides at least is background; a garment may run out of the fourth."""
    plain = np.zeros(border.shape, dtype=bool)
    plain[border] = kept
    shares = sorted(float(side.mean()) for side in (plain[0], plain[-1], plain[:, 0], plain[:, -1]))
    return shares[1] >= LEAST_PLAIN_SIDE


def _outer_background(background: Background) -> BoolMap:
    near = background.distance < background.tolerance
    # Eroded before it is connected: a one-pixel gap in a garment's outline lets nothing in.
    core = cv2.erode(near.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(core, connectivity=4)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    outer = np.isin(labels, np.unique(rim[rim > 0])).astype(np.uint8)
    return (cv2.dilate(outer, np.ones((3, 3), np.uint8)) > 0) & near


def _without_specks(garment: BoolMap) -> BoolMap:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(garment.astype(np.uint8), connectivity=8)
    if count == 1:
        return garment
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.asarray((areas > 0.02 * areas.max())[labels])


def _with_holes(garment: BoolMap, background: Background) -> BoolMap:
    """Open the large enclosed areas of exactly the background's colour, such as between handles.

    Not on a white background, where white stripes are likelier and a hole would look the same.
    """
    if background.lightness > WHITE_LIGHTNESS:
        return garment
    like = garment & (background.distance < LEAST_TOLERANCE / 2 + background.spread)
    cloth = garment & ~like
    if not cloth.any() or np.median(background.distance[cloth]) < 3 * background.tolerance:
        return garment  # tone on tone: the inside cannot be told from a hole
    core = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    holes = np.asarray((areas > 0.01 * garment.sum())[labels])
    return garment & ~(cv2.dilate(holes.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _soft_edge(garment: BoolMap) -> NDArray[np.uint8]:
    """Alpha 0..255 that falls to 0 at the garment's edge, so that no background shines through."""
    blurred = cv2.GaussianBlur(garment.astype(np.float32), (0, 0), 1.2)
    return np.round(np.clip(2 * blurred - 1, 0, 1) * 255).astype(np.uint8)
