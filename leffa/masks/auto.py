"""Garment-agnostic masks without keypoints, from DensePose and two parsings (the AutoMasker rule)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from leffa.errors import MapsInvalid, OptionInvalid
from leffa.masks.inputs import LabelInput, label_map
from leffa.masks.labels import (
    ARM_NAMES,
    DENSE_ARMS,
    DENSE_FEET,
    DENSE_HANDS,
    DENSE_LARGEST,
    DENSE_LEGS,
    DENSE_TORSO,
    LEG_NAMES,
    SHOE_NAMES,
    Atr,
    BoolMap,
    LabelMap,
    Lip,
    where,
    where_named,
)
from leffa.masks.morphology import dilate, fill_hulls

ACCESSORIES = ("HAT", "GLOVE", "SUNGLASSES", "BAG", *SHOE_NAMES, "SCARF", "SOCKS")
COARSE = 4  # The body is grown on every fourth pixel: cheap, and blocky on purpose.
BLURRED_INSIDE = 25  # Of 255: the smoothed outline lies well outside of the hulls.


@dataclass(frozen=True)
class Part:
    """What to keep and what to repaint, by label names that are looked up in both parsings.

    body and cloth are kept, garment is repainted, dense are the DensePose parts of the body to repaint.
    The two parsings know different clothes, so cloth is told apart by parser.
    """

    body: tuple[str, ...]
    cloth_atr: tuple[str, ...]
    cloth_lip: tuple[str, ...]
    garment: tuple[str, ...]
    dense: tuple[int, ...]


UPPER_GARMENTS = ("UPPER", "COAT", "DRESS", "JUMPSUIT")
LOWER_GARMENTS = ("PANTS", "SKIRT", "DRESS", "JUMPSUIT")
PARTS = {
    "upper": Part(
        body=LEG_NAMES,
        cloth_atr=("SKIRT", "PANTS"),
        cloth_lip=("SKIRT", "PANTS"),
        garment=UPPER_GARMENTS,
        dense=DENSE_TORSO + DENSE_ARMS,
    ),
    "lower": Part(
        body=(*ARM_NAMES, "FACE"),
        cloth_atr=("UPPER",),
        cloth_lip=("UPPER", "COAT"),
        garment=LOWER_GARMENTS,
        dense=DENSE_LEGS,
    ),
    "overall": Part(
        body=(),
        cloth_atr=(),
        cloth_lip=(),
        garment=UPPER_GARMENTS + LOWER_GARMENTS,
        dense=DENSE_TORSO + DENSE_LEGS + DENSE_ARMS,
    ),
    "inner": Part(
        body=LEG_NAMES,
        cloth_atr=("DRESS", "SKIRT", "PANTS"),
        cloth_lip=("DRESS", "COAT", "SKIRT", "PANTS", "JUMPSUIT"),
        garment=("UPPER",),
        dense=DENSE_TORSO,
    ),
    "outer": Part(
        body=LEG_NAMES,
        cloth_atr=("DRESS", "PANTS", "SKIRT"),
        cloth_lip=("UPPER", "DRESS", "PANTS", "SKIRT", "JUMPSUIT"),
        garment=("COAT",),
        dense=DENSE_TORSO + DENSE_ARMS,
    ),
}


def auto_mask(densepose: LabelInput, lip: LabelInput, atr: LabelInput, part: str = "upper") -> Image.Image:
    """The part of a person that is repainted: an `L` picture, 255 = repaint, 0 = keep.

    densepose: `[h, w]`, DensePose part index 0..24; lip: LIP ids 0..19; atr: ATR ids 0..17 (18, the neck, is
        allowed); palette or grey pictures, or uint8 arrays, all of one size.
    part: `upper`, `lower`, `overall`, `inner` (a top under a coat) or `outer` (the coat).

    Any size works. The published code fails unless both sides are multiples of 4; for other sizes the
    coarse map of the body is cut at the right and lower border, which changes nothing for multiples of 4.
    Nobody in the maps gives an empty mask: see `require_nonempty`. Raises `MapsInvalid`, `OptionInvalid`.
    Source: the AutoMasker that the published Leffa demo ships (from CatVTON).
    """
    if part not in PARTS:
        raise OptionInvalid(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    dense = label_map(densepose, "densepose", DENSE_LARGEST)
    lip_labels = label_map(lip, "lip", max(Lip))
    atr_labels = label_map(atr, "atr", max(Atr))
    if not dense.shape == lip_labels.shape == atr_labels.shape:
        raise MapsInvalid(f"maps differ in size: {dense.shape}, {lip_labels.shape}, {atr_labels.shape}")
    return Image.fromarray(_region(dense, lip_labels, atr_labels, PARTS[part]).astype(np.uint8) * 255)


def _region(densepose: LabelMap, lip: LabelMap, atr: LabelMap, part: Part) -> BoolMap:
    def either(names: tuple[str, ...]) -> BoolMap:
        return where_named(atr, Atr, names) | where_named(lip, Lip, names)

    longer = max(atr.shape)
    reach, blur = _odd(longer // 250), _odd(longer // 25)

    hands_and_feet = dilate(where(densepose, DENSE_HANDS + DENSE_FEET), reach)
    strong = (hands_and_feet & either(ARM_NAMES + LEG_NAMES)) | where(lip, [Lip.FACE])
    clothes = where_named(atr, Atr, part.cloth_atr) | where_named(lip, Lip, part.cloth_lip)
    weak = either((*part.body, *ACCESSORIES, "HAIR")) | clothes | strong

    background = (atr == Atr.BACKGROUND) & (lip == Lip.BACKGROUND)
    area = (~weak & ~background) | _coarse_body(where(densepose, part.dense), reach)
    area = _smooth(fill_hulls(area) & ~weak, blur)
    area = (area | either(part.garment)) & ~strong
    return dilate(area, reach)


def _odd(size: int) -> int:
    return size | 1


def _coarse_body(body: BoolMap, reach: int) -> BoolMap:
    coarse = dilate(body[::COARSE, ::COARSE], reach, 2)
    h, w = body.shape
    return coarse.repeat(COARSE, axis=0).repeat(COARSE, axis=1)[:h, :w]


def _smooth(region: BoolMap, size: int) -> BoolMap:
    return cv2.GaussianBlur(region.astype(np.uint8) * 255, (size, size), 0) >= BLURRED_INSIDE
