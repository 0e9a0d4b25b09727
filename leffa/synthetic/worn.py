"""A garment on a figure: every piece warped from the flat photo's cloth and shaded, ready to paint."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from leffa.synthetic.body import Figure
from leffa.synthetic.flat import Garment
from leffa.synthetic.garment import Piece, pieces
from leffa.synthetic.shading import fold_shade, round_shade, trouser_shade
from leffa.synthetic.strip import F32, Patch, Strip

# (ATR, LIP) labels.
_TOP, _DRESS, _SKIRT, _TROUSERS = (4, 5), (7, 6), (5, 12), (6, 9)


@dataclass(frozen=True)
class WornPiece:
    """colour: float `[3, n, m]`. flow: where each pixel lies on the garment photo, `[n, m, 2]`."""

    strip: Strip
    patch: Patch
    colour: F32
    flow: F32
    labels: tuple[int, int]


@dataclass(frozen=True)
class Worn:
    """The garment's pieces on one figure, by name."""

    garment: Garment
    pieces: dict[str, WornPiece]


def put_on(garment: Garment, figure: Figure, tucked: bool, size: tuple[int, int]) -> Worn:
    """Lay a garment on a figure in a picture of `size`."""
    found = pieces(garment.cut, figure, tucked)
    return Worn(garment, {name: _put_on(garment, piece, size) for name, piece in found.items()})


def _put_on(garment: Garment, piece: Piece, size: tuple[int, int]) -> WornPiece:
    patch = piece.patch(size)
    labels = _labels(garment.cut.garment_type, piece.name)
    x, y = garment.laid[piece.name].strip.place(patch.s, patch.t)
    flow = np.stack([x, y], axis=-1)
    if patch.empty:
        return WornPiece(piece.strip, patch, np.zeros((3, *patch.cover.shape), np.float32), flow, labels)
    albedo = cv2.remap(garment.albedo, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shade = trouser_shade(patch) if piece.name == "pelvis" else round_shade(patch)
    shade = shade + fold_shade(patch, 6.0 * garment.design.phase[1], 0.05)
    return WornPiece(piece.strip, patch, np.stack(cv2.split(albedo)) * shade, flow, labels)


def _labels(garment_type: str, name: str) -> tuple[int, int]:
    if garment_type == "dresses":
        return _DRESS
    if garment_type == "upper_body":
        return _TOP
    return _SKIRT if name == "skirt" else _TROUSERS
