"""Whatever comes in: a mask or one of the typed errors, never a crash."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import MapsInvalid, MaskEmpty, OptionInvalid
from leffa.maps import PersonMaps
from leffa.masks import agnostic_mask, auto_mask, mask_for, require_nonempty
from leffa.masks.agnostic import DATASETS, GARMENT_TYPES, RULES
from leffa.masks.auto import PARTS
from tests.leffa.masks.people import array, as_bool, keypoints

NO_JOINTS = np.zeros((18, 2))
BLANK = np.zeros((64, 48), np.uint8)

sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))


def label_maps(size: tuple[int, int], largest: int) -> st.SearchStrategy[NDArray[np.uint8]]:
    return arrays(np.uint8, size, elements=st.integers(0, largest))


coordinates = st.one_of(st.just(0.0), st.floats(-20, 540), st.floats(-16384, 16384))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), size=sizes, joints=arrays(np.float64, (18, 2), elements=coordinates))
def test_any_parse_and_any_joints_give_a_mask(
    data: st.DataObject, size: tuple[int, int], joints: Any
) -> None:
    parse = data.draw(label_maps(size, 18))
    garment_type = data.draw(st.sampled_from(GARMENT_TYPES))
    dataset = data.draw(st.sampled_from(DATASETS))
    rule = data.draw(st.sampled_from(RULES))

    mask = agnostic_mask(parse, joints, garment_type, dataset, rule=rule)

    assert as_bool(mask).shape == size


@settings(max_examples=75, deadline=None)
@given(data=st.data(), size=sizes, part=st.sampled_from(list(PARTS)))
def test_any_label_maps_of_any_size_give_an_auto_mask(
    data: st.DataObject, size: tuple[int, int], part: str
) -> None:
    densepose, lip, atr = (data.draw(label_maps(size, largest)) for largest in (24, 19, 18))

    assert as_bool(auto_mask(densepose, lip, atr, part)).shape == size


def test_auto_mask_of_a_size_that_four_does_not_divide_is_the_cut_of_the_larger_one() -> None:
    densepose, lip, atr = (array("down_tshirt_pants", key) for key in ("densepose", "lip", "atr"))
    cut = np.s_[:509, :382]

    mask = as_bool(auto_mask(densepose[cut], lip[cut], atr[cut], "upper"))

    assert (mask == as_bool(auto_mask(densepose, lip, atr, "upper"))[cut]).all()


@pytest.mark.parametrize(
    "parse",
    [
        np.zeros((64, 48, 3), np.uint8),
        np.zeros((64, 48), np.float32),
        np.full((64, 48), 19, np.uint8),
        np.full((64, 48), -1, np.int64),
        np.zeros((0, 48), np.uint8),
        np.zeros((4097, 1), np.uint8),
        Image.new("RGB", (48, 64)),
    ],
)
def test_a_parse_that_is_none_is_refused(parse: Any) -> None:
    with pytest.raises(MapsInvalid):
        agnostic_mask(parse, NO_JOINTS, "upper_body")


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((17, 2)),
        np.zeros((18, 3)),
        np.full((18, 2), np.nan),
        np.full((18, 2), 1e9),
        {"people": []},
        {"pose_keypoints_2d": [1.0] * 35},
        {"pose_keypoints_2d": [[1.0, 2.0], [3.0]]},
        {"pose_keypoints_2d": ["left"] * 36},
    ],
)
def test_keypoints_that_are_none_are_refused(points: Any) -> None:
    with pytest.raises(MapsInvalid):
        agnostic_mask(BLANK, points, "upper_body")


def test_unknown_options_are_refused_by_name() -> None:
    with pytest.raises(OptionInvalid, match="garment_type must be one of upper_body, lower_body, dresses"):
        agnostic_mask(BLANK, NO_JOINTS, "hat")
    with pytest.raises(OptionInvalid, match="dataset"):
        agnostic_mask(BLANK, NO_JOINTS, "dresses", "deep_fashion")
    with pytest.raises(OptionInvalid, match="rule"):
        agnostic_mask(BLANK, NO_JOINTS, "dresses", rule="best")
    with pytest.raises(OptionInvalid, match="slim_arms"):
        agnostic_mask(BLANK, NO_JOINTS, "dresses", "dress_code", slim_arms=True)
    with pytest.raises(OptionInvalid, match="part must be one of upper, lower, overall, inner, outer"):
        auto_mask(BLANK, BLANK, BLANK, "upper_body")


def test_auto_mask_refuses_maps_of_different_sizes() -> None:
    with pytest.raises(MapsInvalid, match="differ in size"):
        auto_mask(BLANK, BLANK, BLANK[:60])


@pytest.mark.parametrize("size", [(300, 420), (768, 1024), (1000, 700)])
def test_mask_for_has_the_size_of_the_photo(size: tuple[int, int]) -> None:
    parse, lip, densepose = (
        np.asarray(Image.fromarray(array("hips_dress", key)).resize(size, Image.Resampling.NEAREST))
        for key in ("parse", "lip", "densepose")
    )
    uv = np.zeros((size[1], size[0], 2), np.uint8)
    joints = keypoints("hips_dress") * np.array(size) / np.array((384, 512))

    mask = mask_for(PersonMaps(parse, lip, densepose, uv, joints), "dresses", rule="corrected")

    assert mask.size == size
    assert require_nonempty(mask) is mask
    assert mask.getpixel((size[0] // 2, size[1] * 2 // 5)) == 255  # the chest


def test_an_empty_mask_is_refused_before_the_pipeline() -> None:
    nobody = PersonMaps(BLANK, BLANK, BLANK, np.zeros((64, 48, 2), np.uint8), NO_JOINTS)

    with pytest.raises(MaskEmpty):
        require_nonempty(mask_for(nobody, "upper_body"))
    with pytest.raises(MaskEmpty):
        require_nonempty(Image.new("L", (48, 64), 127))
