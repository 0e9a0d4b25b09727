"""The published rules against masks recorded from the published code.

With the tested library versions every mask is equal; IoU >= 0.999 leaves room for other versions of
OpenCV and Pillow, which fill contours and draw lines differently by a few pixels.
"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from leffa.maps import PersonMaps
from leffa.masks import agnostic_mask, auto_mask, mask_for
from leffa.masks.agnostic import GARMENT_TYPES
from leffa.masks.auto import PARTS
from tests.leffa.masks.people import NAMES, array, as_bool, iou, keypoints

CLOSE = 0.999


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
@pytest.mark.parametrize("dataset", ["viton_hd", "dress_code"])
def test_agnostic_mask_is_the_recorded_one(name: str, garment_type: str, dataset: str) -> None:
    recorded = array(name, f"mask.{'hd' if dataset == 'viton_hd' else 'dc'}_{garment_type}") > 0

    mask = agnostic_mask(array(name, "parse"), keypoints(name), garment_type, dataset)

    assert iou(as_bool(mask), recorded) >= CLOSE


@pytest.mark.parametrize("name", [name for name in NAMES if "@" not in name])
@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
def test_slim_arms_are_the_recorded_variant(name: str, garment_type: str) -> None:
    recorded = array(name, f"mask.hd_dcarms_{garment_type}") > 0

    mask = agnostic_mask(array(name, "parse"), keypoints(name), garment_type, slim_arms=True)

    assert iou(as_bool(mask), recorded) >= CLOSE


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", list(PARTS))
def test_auto_mask_is_the_recorded_one(name: str, part: str) -> None:
    mask = auto_mask(array(name, "densepose"), array(name, "lip"), array(name, "atr"), part)

    assert iou(as_bool(mask), array(name, f"mask.am_{part}") > 0) >= CLOSE


def test_published_forms_of_the_inputs_give_the_same_mask() -> None:
    name = "hips_dress"
    palette = Image.fromarray(array(name, "parse"))
    palette.putpalette([value for grey in range(256) for value in (grey, grey, grey)])
    points = keypoints(name)

    expected = as_bool(agnostic_mask(array(name, "parse"), points, "upper_body"))

    for listed in (points.tolist(), points.ravel().tolist()):
        assert (
            as_bool(agnostic_mask(palette, {"pose_keypoints_2d": listed}, "upper_body")) == expected
        ).all()


@pytest.mark.parametrize("name", ["down_tshirt_pants", "hips_dress", "cropped_close_up"])
@pytest.mark.parametrize("dataset", ["viton_hd", "dress_code"])
def test_mask_for_a_768x1024_photo_is_the_one_of_the_demo(name: str, dataset: str) -> None:
    recorded = array("app_mask_1024x768", f"{name}.{'hd' if dataset == 'viton_hd' else 'dc'}_upper_body")
    parse, lip, densepose = (
        array(name, key).repeat(2, axis=0).repeat(2, axis=1) for key in ("parse", "lip", "densepose")
    )
    maps = PersonMaps(parse, lip, densepose, np.zeros((1024, 768, 2), np.uint8), keypoints(name) * 2)

    mask = mask_for(maps, "upper_body", dataset)

    assert mask.size == (768, 1024)
    assert iou(np.asarray(mask) >= 128, recorded > 0) >= CLOSE
