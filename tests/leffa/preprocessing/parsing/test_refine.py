"""Garments without holes, kept gaps between arm and body, and a neck."""

from __future__ import annotations

import numpy as np
import pytest

from leffa.masks.labels import Atr, LabelMap, Lip
from leffa.preprocessing.parsing.refine import refine_labels
from tests.leffa.preprocessing.parsing.recorded import read

CASES = [str(name) for name in read("post")["cases"]]
NOBODY = np.zeros((512, 384), np.uint8)


def shirt(hole: tuple[int, int], label: Atr = Atr.BACKGROUND) -> LabelMap:
    """Upper clothes with a hole of `hole` rows and columns, a body's distance from the border."""
    atr = NOBODY.copy()
    atr[100:400, 100:300] = Atr.UPPER
    atr[150 : 150 + hole[0], 150 : 150 + hole[1]] = label
    return atr


@pytest.mark.parametrize("case", CASES)
def test_published_labels_are_the_recorded_ones(case: str) -> None:
    recorded = read("post")
    refined = refine_labels(recorded[f"{case}_atr_argmax"], recorded[f"{case}_lip_argmax"], published=True)
    assert refined.dtype == np.uint8
    assert np.array_equal(refined, recorded[f"{case}_parsing"])


@pytest.mark.parametrize("case", CASES)
def test_repaired_labels_differ_from_published_ones_only_in_arms_that_stay_arms(case: str) -> None:
    recorded = read("post")
    atr, lip = recorded[f"{case}_atr_argmax"], recorded[f"{case}_lip_argmax"]
    published, repaired = refine_labels(atr, lip, published=True), refine_labels(atr, lip)
    differing = published != repaired

    assert differing.any() == (case in ("holes", "large"))
    assert np.isin(repaired[differing], (Atr.LEFT_ARM, Atr.RIGHT_ARM)).all()
    assert (published[differing] == Atr.UPPER).all()
    assert np.array_equal(repaired[differing], atr[differing])


@pytest.mark.parametrize("published", [True, False])
def test_a_small_hole_becomes_clothes_and_a_large_one_stays(published: bool) -> None:
    small, large = shirt((40, 40), Atr.SCARF), shirt((60, 60), Atr.SCARF)
    assert not (refine_labels(small, NOBODY, published=published) == Atr.SCARF).any()
    assert np.array_equal(refine_labels(large, NOBODY, published=published), large)


def test_an_open_neckline_is_no_hole() -> None:
    atr = shirt((1, 1))
    atr[100:130, 180:220] = Atr.FACE
    lip = np.where(atr == Atr.FACE, np.uint8(Lip.FACE), NOBODY)
    assert (refine_labels(atr, lip)[100:130, 180:220] == Atr.FACE).all()


def test_what_is_large_grows_with_the_picture_unless_published() -> None:
    small, doubled = shirt((40, 40)), shirt((40, 40)).repeat(2, 0).repeat(2, 1)
    nobody = np.zeros(doubled.shape, np.uint8)

    assert (refine_labels(small, NOBODY)[150:190, 150:190] == Atr.UPPER).all()
    assert (refine_labels(doubled, nobody)[300:380, 300:380] == Atr.UPPER).all()
    assert (refine_labels(doubled, nobody, published=True)[300:380, 300:380] == Atr.BACKGROUND).all()


def test_a_hole_at_the_pictures_edge_is_open() -> None:
    atr = np.full((512, 384), Atr.UPPER, np.uint8)
    atr[:30, 100:120] = Atr.BACKGROUND
    assert np.array_equal(refine_labels(atr, NOBODY), atr)


def test_face_that_the_other_network_does_not_see_is_neck() -> None:
    atr, lip = NOBODY.copy(), NOBODY.copy()
    atr[50:100, 150:200] = Atr.FACE
    lip[50:80, 150:200] = Lip.FACE
    refined = refine_labels(atr, lip)
    assert (refined[50:80, 150:200] == Atr.FACE).all()
    assert (refined[80:100, 150:200] == Atr.NECK).all()
    assert np.count_nonzero(refined) == 50 * 50


def test_its_inputs_are_left_alone() -> None:
    atr, lip = shirt((10, 10)), NOBODY.copy()
    refine_labels(atr, lip)
    assert np.array_equal(atr, shirt((10, 10)))
    assert not lip.any()
