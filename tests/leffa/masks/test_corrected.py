"""What the corrected rules promise, on the recorded people, and the published faults they answer."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from leffa.masks import agnostic_mask
from leffa.masks.agnostic import DATASETS, GARMENT_TYPES
from leffa.masks.labels import Atr, where
from tests.leffa.masks.people import NAMES, array, as_bool, iou, keypoints

UPPER = [Atr.UPPER, Atr.DRESS]
LOWER = [Atr.SKIRT, Atr.PANTS]
FACE = [Atr.HAT, Atr.SUNGLASSES, Atr.FACE]

SEAM = 0.2  # the seam takes up to this share of the neighbouring garment, where little of it is in the frame


def masked(name: str, garment_type: str, dataset: str, rule: str = "corrected") -> NDArray[np.bool_]:
    return as_bool(agnostic_mask(array(name, "parse"), keypoints(name), garment_type, dataset, rule=rule))


def share(mask: NDArray[np.bool_], name: str, labels: list[Atr]) -> float:
    """How much of these labels is repainted; 0 where nobody wears them."""
    region = where(array(name, "parse"), labels)
    return float(mask[region].mean()) if region.any() else 0.0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize(("garment_type", "other"), [("upper_body", LOWER), ("lower_body", [Atr.UPPER])])
def test_another_garment_is_kept(name: str, dataset: str, garment_type: str, other: list[Atr]) -> None:
    assert share(masked(name, garment_type, dataset), name, other) <= SEAM


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
def test_face_hat_and_glasses_are_kept(name: str, dataset: str, garment_type: str) -> None:
    assert share(masked(name, garment_type, dataset), name, FACE) == 0.0


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize(
    ("garment_type", "worn"), [("upper_body", UPPER), ("lower_body", LOWER), ("dresses", UPPER + LOWER)]
)
def test_what_is_worn_is_repainted(dataset: str, garment_type: str, worn: list[Atr]) -> None:
    wearers = [name for name in NAMES if where(array(name, "parse"), worn).any()]

    shares = {name: share(masked(name, garment_type, dataset), name, worn) for name in wearers}

    assert len(wearers) >= 20
    assert min(shares.values()) > 0.98


@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
def test_a_bag_loses_its_seam_at_most(garment_type: str) -> None:
    name = "bag_hat_sunglasses"

    assert share(masked(name, garment_type, "viton_hd", "published"), name, [Atr.BAG]) > 0.99
    assert share(masked(name, garment_type, "viton_hd"), name, [Atr.BAG]) < 0.25
    assert share(masked(name, garment_type, "dress_code"), name, [Atr.BAG]) == 0.0


def test_published_viton_hd_swallows_trousers_and_small_faces_for_a_shirt() -> None:
    trousers, small = "down_tshirt_pants", "small_off_centre"

    assert share(masked(trousers, "upper_body", "viton_hd", "published"), trousers, LOWER) > 0.98
    assert share(masked(small, "upper_body", "viton_hd", "published"), small, FACE) > 0.98


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("missing_left_elbow_only", "viton_hd"),
        ("missing_shoulders", "viton_hd"),
        ("missing_left_elbow_only", "dress_code"),
        ("missing_both_wrists", "dress_code"),
        ("missing_shoulders", "dress_code"),
        ("nobody", "dress_code"),
    ],
)
def test_no_arm_is_drawn_to_a_missing_joint_in_the_corner(name: str, dataset: str) -> None:
    corner = np.s_[:12, :12]

    assert masked(name, "upper_body", dataset, "published")[corner].any()
    assert not masked(name, "upper_body", dataset)[corner].any()


def test_an_arm_past_the_left_border_does_not_come_back_on_the_right() -> None:
    name, right = "wrist_extends_past_left_border", np.s_[:, 320:]

    assert masked(name, "upper_body", "viton_hd", "published")[right].any()
    assert not masked(name, "upper_body", "viton_hd")[right].any()


def test_the_mask_reaches_the_border_where_the_frame_cuts_the_person() -> None:
    assert not masked("cropped_close_up", "upper_body", "viton_hd", "published")[-1].any()
    assert masked("cropped_close_up", "upper_body", "viton_hd")[-1].any()


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
def test_nobody_gives_an_empty_mask(dataset: str, garment_type: str) -> None:
    assert not masked("nobody", garment_type, dataset).any()


@pytest.mark.parametrize("name", ["down_tshirt_pants", "crossed_coat_pants", "sitting_pants"])
def test_a_person_without_faults_keeps_the_published_dress_code_mask(name: str) -> None:
    kept_face = ~where(array(name, "parse"), [Atr.FACE])
    published = masked(name, "upper_body", "dress_code", "published") & kept_face

    assert iou(masked(name, "upper_body", "dress_code"), published) > 0.99


@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
def test_specks_of_a_noisy_parse_do_not_become_blocks(garment_type: str) -> None:
    name = "noisy_parsing"
    far_left = np.s_[:, :50]  # the person stands in the middle

    assert masked(name, "lower_body", "dress_code", "published")[far_left].any()
    assert not masked(name, garment_type, "dress_code")[far_left].any()
    assert not masked(name, garment_type, "viton_hd")[far_left].any()
