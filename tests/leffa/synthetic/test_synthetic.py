"""The synthetic people: the same picture for the same seed, and ground truth that is true."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from leffa.errors import OptionInvalid
from leffa.synthetic import (
    GARMENT_TYPES,
    Pair,
    RenderedPerson,
    sample_garment,
    sample_pair,
    sample_person,
    sample_pose_pair,
)

SEEDS = range(24)
ATR_CLOTHES = {"upper_body": {4}, "lower_body": {5, 6}, "dresses": {7}}
LIP_CLOTHES = {"upper_body": {5}, "lower_body": {9, 12}, "dresses": {6}}
# ATR id -> LIP id of the same thing (neck is face in LIP).
SAME_THING = {0: 0, 1: 1, 2: 2, 3: 4, 4: 5, 5: 12, 6: 9, 7: 6, 9: 18, 10: 19, 11: 13, 12: 16, 13: 17}
SAME_THING |= {14: 14, 15: 15, 18: 13}
RIGHT_PARTS = {3, 6, 7, 9, 11, 13, 16, 18, 20, 22, 23}
LEFT_PARTS = {4, 5, 8, 10, 12, 14, 15, 17, 19, 21, 24}


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return [sample_pair(seed) for seed in SEEDS]


def worn(person: RenderedPerson) -> NDArray[np.bool_]:
    return np.isfinite(person.garment_flow[..., 0])


def arrays(person: RenderedPerson) -> list[NDArray[Any]]:
    maps = person.maps
    labels: list[NDArray[Any]] = [maps.atr, maps.lip, maps.densepose, maps.densepose_uv, maps.keypoints]
    return [person.image, person.garment_flow, person.garment.image, *labels]


def is_back_view(person: RenderedPerson) -> bool:
    return bool((person.maps.densepose == 1).any())


def test_a_seed_always_makes_the_same_pair(pairs: list[Pair]) -> None:
    again = sample_pair(5)
    assert again.garment_type == pairs[5].garment_type
    for one, other in ((pairs[5].person, again.person), (pairs[5].target, again.target)):
        for mine, theirs in zip(arrays(one), arrays(other), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_other_seeds_make_other_people(pairs: list[Pair]) -> None:
    pictures = {pair.person.image.tobytes() for pair in pairs}
    garments = {pair.garment.image.tobytes() for pair in pairs}
    assert len(pictures) == len(garments) == len(pairs)


def test_numpys_global_state_plays_no_part(pairs: list[Pair]) -> None:
    np.random.seed(1)
    np.testing.assert_array_equal(sample_pair(3).target.image, pairs[3].target.image)


def test_a_few_seeds_cover_all_garment_types(pairs: list[Pair]) -> None:
    assert {pair.garment_type for pair in pairs} == set(GARMENT_TYPES)


@pytest.mark.parametrize("garment_type", GARMENT_TYPES)
def test_the_garment_type_can_be_chosen(garment_type: str) -> None:
    pair = sample_pair(9, garment_type=garment_type)
    assert pair.garment_type == pair.garment.garment_type == garment_type
    labels = set(np.unique(pair.target.maps.atr[worn(pair.target)]).tolist())
    assert labels <= ATR_CLOTHES[garment_type]
    assert sample_garment(9, garment_type).garment_type == garment_type


def test_the_target_wears_the_garment_of_the_photo(pairs: list[Pair]) -> None:
    for pair in pairs:
        np.testing.assert_array_equal(pair.target.garment.image, pair.garment.image)
        assert worn(pair.target).mean() > 0.02


def test_clothes_labels_agree_with_the_flow(pairs: list[Pair]) -> None:
    for pair in pairs:
        maps, kind = pair.target.maps, pair.garment_type
        np.testing.assert_array_equal(worn(pair.target), np.isin(maps.atr, list(ATR_CLOTHES[kind])))
        np.testing.assert_array_equal(worn(pair.target), np.isin(maps.lip, list(LIP_CLOTHES[kind])))


def test_atr_and_lip_name_the_same_things(pairs: list[Pair]) -> None:
    table = np.full(19, 255, np.uint8)
    table[list(SAME_THING)] = list(SAME_THING.values())
    for pair in pairs:
        np.testing.assert_array_equal(table[pair.person.maps.atr], pair.person.maps.lip)


def test_changing_clothes_changes_nothing_else(pairs: list[Pair]) -> None:
    for pair in pairs:
        before, after = pair.person.maps, pair.target.maps
        clothes = np.isin(before.atr, [4, 5, 6, 7]) | np.isin(after.atr, [4, 5, 6, 7])
        # A garment's soft shadow on the body reaches some pixels further.
        beyond_edge, beyond_shadow = (
            cv2.dilate(clothes.astype(np.uint8), np.ones((n, n), np.uint8)) == 0 for n in (13, 45)
        )
        difference = np.abs(pair.person.image.astype(int) - pair.target.image)
        assert difference[beyond_edge].max(initial=0) <= 8
        assert difference[beyond_shadow].max(initial=0) == 0


def test_body_maps_do_not_depend_on_clothes(pairs: list[Pair]) -> None:
    for pair in pairs:
        before, after = pair.person.maps, pair.target.maps
        np.testing.assert_array_equal(before.densepose, after.densepose)
        np.testing.assert_array_equal(before.densepose_uv, after.densepose_uv)
        np.testing.assert_array_equal(before.keypoints, after.keypoints)


def test_the_flow_carries_the_photo_onto_the_person(pairs: list[Pair]) -> None:
    errors, inside = [], []
    for pair in pairs:
        on = cv2.erode(worn(pair.target).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        flow = np.nan_to_num(pair.target.garment_flow)
        x, y = flow[..., 0], flow[..., 1]
        carried = cv2.remap(pair.garment.image, x, y, cv2.INTER_LINEAR).astype(float)[on]
        errors.append(np.abs(carried - pair.target.image[on]).mean())
        mask = cv2.dilate(pair.garment.mask.astype(np.uint8), np.ones((3, 3), np.uint8))
        inside.append(cv2.remap(mask, x, y, cv2.INTER_NEAREST)[on].mean())
    assert max(errors) < 26  # levels: the shading of the worn garment
    assert np.mean(errors) < 16
    assert min(inside) > 0.97


def test_a_wrong_garment_does_not_fit_the_flow(pairs: list[Pair]) -> None:
    flow, on = np.nan_to_num(pairs[0].target.garment_flow), worn(pairs[0].target)
    other = next(p.garment for p in pairs[1:] if p.garment_type == pairs[0].garment_type)
    carried = cv2.remap(other.image, flow[..., 0], flow[..., 1], cv2.INTER_LINEAR).astype(float)
    assert np.abs(carried - pairs[0].target.image)[on].mean() > 40


def test_keypoints_lie_on_their_body_parts(pairs: list[Pair]) -> None:
    parts_of = {0: {23, 24}, 3: {16, 18, 20, 22}, 6: {15, 17, 19, 21}, 9: {7, 9, 11, 13}, 12: {8, 10, 12, 14}}
    found = missed = 0
    for pair in pairs:
        maps = pair.person.maps
        for index, parts in parts_of.items():
            x, y = np.round(maps.keypoints[index]).astype(int)
            if (x, y) == (0, 0):
                continue
            # Another limb or the trunk may lie in front of a joint.
            hit = maps.densepose[y, x] in parts
            found, missed = found + hit, missed + (not hit)
    assert found > 80
    assert missed <= 0.1 * found


def test_left_and_right_are_the_persons_own(pairs: list[Pair]) -> None:
    views = set()
    for pair in [*pairs, *(sample_pair(seed) for seed in range(100, 125))]:
        maps, back = pair.person.maps, is_back_view(pair.person)
        views.add(back)
        shoulders = maps.keypoints[[2, 5], 0]
        if (shoulders > 0).all():
            assert (shoulders[0] > shoulders[1]) == back
        columns = np.arange(maps.size[0])[None, :] * np.ones((maps.size[1], 1))
        for right, left in ((18, 17), (16, 15), (9, 10), (7, 8)):
            if (maps.densepose == right).any() and (maps.densepose == left).any():
                on_the_left = columns[maps.densepose == right].mean() < columns[maps.densepose == left].mean()
                assert on_the_left != back
        assert (maps.keypoints[[0, 14, 15]] == 0).all() == back
    assert views == {True, False}


def test_densepose_knows_all_parts_of_front_and_back() -> None:
    seen: set[int] = set()
    for seed in range(100, 150):
        seen |= set(np.unique(sample_person(seed).maps.densepose).tolist())
    assert seen == {0, 1, 2} | RIGHT_PARTS | LEFT_PARTS


def test_keypoints_out_of_the_frame_are_missing(pairs: list[Pair]) -> None:
    cut_by_the_frame = [p for p in pairs if (p.person.maps.keypoints[[10, 13]] == 0).all()]
    assert cut_by_the_frame
    for pair in pairs:
        w, h = pair.person.maps.size
        points = pair.person.maps.keypoints
        assert ((points >= 0) & (points <= [w - 1, h - 1])).all()


def test_a_pose_pair_keeps_the_person_and_the_clothes() -> None:
    for seed in range(8):
        pair = sample_pose_pair(seed)
        np.testing.assert_array_equal(pair.source.garment.image, pair.target.garment.image)
        assert not np.array_equal(pair.source.maps.densepose, pair.target.maps.densepose)
        for label in (2, 4, 5, 6, 7):
            before, after = pair.source.maps.atr == label, pair.target.maps.atr == label
            if before.sum() > 400 and after.sum() > 400:
                mine, theirs = pair.source.image[before].mean(axis=0), pair.target.image[after].mean(axis=0)
                assert np.abs(mine - theirs).max() < 40


def test_the_reference_warped_by_the_truth_is_the_target() -> None:
    warped_off, left_off, shares = [], [], []
    for seed in range(12):
        pair = sample_pose_pair(seed)
        flow = pair.flow()
        known = np.isfinite(flow).all(axis=-1)
        x, y = np.nan_to_num(flow[..., 0]), np.nan_to_num(flow[..., 1])
        warped = cv2.remap(pair.source.image, x, y, cv2.INTER_LINEAR)
        target = pair.target.image.astype(int)
        person = pair.target.maps.atr > 0
        assert not (known & ~person).any()
        shares.append(known.sum() / person.sum())
        warped_off.append(np.abs(warped - target)[known].mean())
        left_off.append(np.abs(pair.source.image - target)[known].mean())
    # Levels of 255: what is left is shade. Where a limb covers, or the other side is seen, nothing is known.
    assert max(warped_off) < 8
    assert np.mean(warped_off) < 0.2 * np.mean(left_off)
    assert min(shares) > 0.5
    assert max(shares) < 1


def test_the_truth_of_a_pose_pair_is_the_same_for_the_same_seed() -> None:
    first, again, other = (sample_pose_pair(seed).flow() for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other, equal_nan=True)


def test_a_person_seen_as_they_are_is_found_where_they_are() -> None:
    surfaces = sample_person(3).surfaces
    found = surfaces.points_in(surfaces)
    known = np.isfinite(found).all(axis=-1)
    y, x = np.nonzero(known)
    assert np.abs(found[known] - np.stack([x, y], axis=1)).max() <= 2
    assert not (known & (surfaces.number == 0)).any()
    # A chart may lead a hair's breadth out of the surface.
    assert known.sum() > 0.99 * (surfaces.number > 0).sum()


def test_the_face_and_the_skin_of_a_back_are_not_those_of_a_front() -> None:
    turned = next(
        pair
        for pair in map(sample_pose_pair, range(40))
        if (pair.source.maps.densepose == 1).any() != (pair.target.maps.densepose == 1).any()
    )
    known = np.isfinite(turned.flow()).all(axis=-1)
    clothes = np.isin(turned.target.maps.atr, [4, 5, 6, 7])
    assert known.any()
    assert not (known & ~clothes).any()


@pytest.mark.parametrize("size", [(48, 64), (96, 128), (384, 512)])
def test_a_bigger_picture_shows_the_same_scene(size: tuple[int, int], pairs: list[Pair]) -> None:
    pair = sample_pair(2, size)
    w, h = size
    assert pair.target.image.shape == pair.garment.image.shape == (h, w, 3)
    assert pair.target.garment_flow.shape == (h, w, 2)
    assert pair.target.maps.size == size
    thumbnail = cv2.resize(pair.target.image, (48, 64), interpolation=cv2.INTER_AREA).astype(float)
    known = cv2.resize(pairs[2].target.image, (48, 64), interpolation=cv2.INTER_AREA).astype(float)
    assert np.abs(thumbnail - known).mean() < 12


def test_the_garment_photo_stands_on_near_white_ground(pairs: list[Pair]) -> None:
    for pair in pairs:
        photo, mask = pair.garment.image, pair.garment.mask
        assert 0.08 < mask.mean() < 0.7
        assert (photo[[0, 0, -1, -1], [0, -1, 0, -1]] > 240).all()


def test_other_shapes_and_types_are_refused() -> None:
    with pytest.raises(OptionInvalid, match="3:4"):
        sample_pair(0, (256, 256))
    with pytest.raises(OptionInvalid, match="garment type"):
        sample_garment(0, "hat")
