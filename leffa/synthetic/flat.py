"""The garment photo: the pieces laid flat on near-white ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from leffa.synthetic.garment import Cut, Piece, flat_figure, neckline, pieces, sample_cut
from leffa.synthetic.records import RenderedGarment
from leffa.synthetic.shading import fold_shade
from leffa.synthetic.strip import F32, Mask, polygon
from leffa.synthetic.texture import Design, paint_albedo, sample_design

_GROUND = np.float32(246.0)
_INSIDE = np.float32(0.62)


@dataclass(frozen=True)
class Garment:
    """A garment ready to be worn: its cut, its albedo in flat-photo pixels, its laid pieces."""

    cut: Cut
    design: Design
    laid: dict[str, Piece]
    albedo: NDArray[np.uint8]
    size: tuple[int, int]

    @cached_property
    def photo(self) -> RenderedGarment:
        """The garment photo; made when first asked for."""
        return _photo(self.cut, self.design, self.laid, self.albedo, self.size)


def make_garment(rng: np.random.Generator, garment_type: str, size: tuple[int, int]) -> Garment:
    """Sample a cut and a design of the type, and lay it flat."""
    cut = sample_cut(rng, garment_type)
    design = sample_design(rng, garment_type)
    laid = pieces(cut, flat_figure(cut, size))
    albedo = paint_albedo(design, cut, laid, size)
    return Garment(cut, design, laid, albedo, size)


def _photo(
    cut: Cut, design: Design, laid: dict[str, Piece], albedo: NDArray[np.uint8], size: tuple[int, int]
) -> RenderedGarment:
    w, h = size
    scale = h / 256
    layers = [(piece, piece.patch(size)) for piece in laid.values()]
    light = np.ones((h, w), np.float32)
    cover = np.zeros((h, w), np.float32)
    if "torso" in laid:  # the inside of the back shows through the neckline
        inner = _inner_back(cut, laid["torso"], size)
        cover[inner.window] = inner.cover
        light[inner.window] = _INSIDE
    for piece, patch in sorted(layers, key=lambda layer: layer[0].name in {"torso", "pelvis"}):
        window, edge = patch.window, patch.s * patch.s
        shade = (
            np.float32(1.0)
            - np.float32(0.1) * edge * edge * edge
            + fold_shade(patch, 6 * design.phase[1], 0.03)
        )
        if piece.name == "torso":
            _seam(light, patch.cover, window, scale)
        light[window] += (shade - light[window]) * patch.cover
        cover[window] = np.maximum(cover[window], patch.cover)
    ground = _ground(cover, scale)
    cloth = cv2.multiply(albedo, cv2.merge([light] * 3), dtype=cv2.CV_32F)
    image = cv2.blendLinear(cloth, cv2.merge([ground] * 3), cover, 1 - cover)
    picture = np.asarray(cv2.convertScaleAbs(image), np.uint8)
    return RenderedGarment(picture, cover > 0.5, cut.garment_type, design.kind)


def _inner_back(cut: Cut, torso: Piece, size: tuple[int, int]) -> Mask:
    line = neckline(cut)
    half = line[-1, 0]
    rim = line[0, 1] + 0.035 * (1 - (line[:, 0] / half) ** 2)
    x, y = torso.strip.place(*np.concatenate([line, np.stack([line[:, 0], rim], axis=1)[::-1]]).T)
    return polygon(np.stack([x, y], axis=1), size)


def _seam(light: F32, cover: F32, window: tuple[slice, slice], scale: float) -> None:
    """A soft shadow on the pieces that lie under the next one."""
    if cover.size:
        light[window] *= 1 - np.float32(0.22) * cv2.GaussianBlur(cover, (0, 0), 1.6 * scale)


def _ground(cover: F32, scale: float) -> F32:
    """Near-white ground with the garment's soft shadow."""
    small = cv2.resize(cover, None, fx=0.5 / scale, fy=0.5 / scale, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 2.0)
    soft = cv2.resize(soft, (cover.shape[1], cover.shape[0]), interpolation=cv2.INTER_LINEAR)
    move = np.array([[1, 0, 1.5 * scale], [0, 1, 2.5 * scale]], np.float32)
    soft = cv2.warpAffine(soft, move, (cover.shape[1], cover.shape[0]))
    shadow: F32 = _GROUND - np.float32(58.0) * soft
    return shadow
