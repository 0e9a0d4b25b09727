"""OpenPose from a user's side: weights files, pictures of any size, several people, choosing one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

from leffa.bench.pose import draw_maps
from leffa.errors import PictureTooLarge, PictureTooSmall, WeightsMismatch
from leffa.preprocessing.pose.openpose import OpenPose, read_poses
from leffa.preprocessing.pose.openpose_network import OpenPoseNetwork
from leffa.preprocessing.pose.peaks import find_peaks, smooth
from leffa.preprocessing.pose.poses import Pose, person_in, shifted_indices
from tests.leffa.preprocessing.recipe import make_weights, read_keys

# A standing person from the front, in shares of the picture; right is the person's right.
STANDING = np.array(
    [
        (0.50, 0.12), (0.50, 0.24), (0.40, 0.25), (0.36, 0.40), (0.35, 0.53), (0.60, 0.25), (0.64, 0.40),
        (0.65, 0.53), (0.44, 0.52), (0.43, 0.72), (0.42, 0.90), (0.56, 0.52), (0.57, 0.72), (0.58, 0.90),
        (0.47, 0.09), (0.53, 0.09), (0.43, 0.11), (0.57, 0.11),
    ]
)  # fmt: skip
NOSE, NECK, RIGHT_SHOULDER, RIGHT_WRIST = 0, 1, 2, 4
LEFT_SHOULDER, RIGHT_EAR, LEFT_EAR = 5, 16, 17


def read_drawn(people: NDArray[np.float64], size: tuple[int, int]) -> list[Pose]:
    fields, heat, scaled = draw_maps(people, size)
    return read_poses(fields, heat, scaled, (size[1], size[0])).people


def without(person: NDArray[np.float64], *joints: int) -> NDArray[np.float64]:
    left = person.copy()
    left[list(joints)] = 0
    return left


def save_legacy(state: dict[str, torch.Tensor], path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


def test_the_networks_own_names_are_those_of_the_published_file() -> None:
    with torch.device("meta"):
        network = OpenPoseNetwork()
    published = {key["name"]: key["shape"] for key in read_keys("openpose")}
    assert {name: list(value.shape) for name, value in network.state_dict().items()} == published


@pytest.mark.parametrize(
    ("name", "save", "dtype"),
    [("body.pth", save_legacy, torch.float32), ("body.safetensors", save_file, torch.float16)],
)
def test_weights_come_from_both_kinds_of_file(
    tmp_path: Path, name: str, save: Callable[[dict[str, torch.Tensor], Path], None], dtype: torch.dtype
) -> None:
    weights = make_weights("openpose")
    save(weights, tmp_path / name)
    openpose = OpenPose.from_checkpoint(tmp_path / name, dtype)
    for key, value in openpose.network.state_dict().items():
        assert torch.equal(value, weights[key].to(dtype))


def test_a_file_of_something_else_is_refused_by_name(tmp_path: Path) -> None:
    save_file({"model0.conv1_1.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsMismatch, match=r"184 missing: conv1_1\.weight"):
        OpenPose.from_checkpoint(tmp_path / "other.safetensors")


@pytest.mark.parametrize("size", [(384, 512), (768, 1024), (130, 171), (301, 200), (90, 120), (640, 90)])
def test_a_person_is_found_in_a_picture_of_any_size(size: tuple[int, int]) -> None:
    width, height = size
    # As wide as a person is, whatever the picture's form.
    person = (STANDING - (0.5, 0)) * (0.75 * height, height) + (width / 2, 0)
    (found,) = read_drawn(person[None], size)
    cell = 8 * height / 184
    assert np.abs(found.keypoints - person).max() < cell / 4
    assert found.scores.min() > 0.5


def test_nobody_is_in_an_empty_picture() -> None:
    assert read_drawn(np.zeros((0, 18, 2)), (384, 512)) == []


def test_joints_that_are_not_seen_are_zero_with_score_zero() -> None:
    person = without(STANDING * (384, 512), RIGHT_WRIST, RIGHT_EAR)
    (found,) = read_drawn(person[None], (384, 512))
    assert np.flatnonzero(found.scores == 0).tolist() == [RIGHT_WRIST, RIGHT_EAR]
    assert not found.keypoints[[RIGHT_WRIST, RIGHT_EAR]].any()


def test_arms_and_head_without_a_neck_are_one_person_by_shoulder_and_ear() -> None:
    person = without(STANDING * (384, 512), NECK, *range(8, 14))
    (found,) = read_drawn(person[None], (384, 512))
    assert np.count_nonzero(found.scores) == 11

    apart = without(person, RIGHT_EAR, LEFT_EAR)  # an arm of three parts is no person
    assert read_drawn(apart[None], (384, 512)) == []


def test_a_chosen_person_is_the_one_in_the_box() -> None:
    size = (768, 512)
    left, right = (STANDING * (384, 512) + (offset, 0) for offset in (0, 384))
    people = read_drawn(np.stack([left, right]), size)
    assert len(people) == 2

    chosen = person_in(people, (384, 0, 768, 512))
    assert chosen is not None
    assert np.abs(chosen.keypoints - right).max() < 6
    assert person_in(people, (300, 500, 310, 510)) is None
    assert person_in([], (0, 0, 768, 512)) is None


def test_the_published_reading_slips_after_two_surplus_peaks() -> None:
    ids = list(range(18))
    assert shifted_indices(ids, 18) == ids
    # One surplus peak of part 3, then two: one entry is removed for each joint that is off.
    one = [0, 1, 2, *range(4, 19)]
    assert shifted_indices(one, 19) == one
    two = [0, 1, 2, *range(5, 20)]
    assert shifted_indices(two, 20) == [0, 1, 2, 4, *range(6, 20)]


def test_peaks_at_the_border_and_flat_tops_are_peaks() -> None:
    heat = np.zeros((40, 60), dtype=np.float32)
    heat[0, 0] = 30  # a corner: mirrored, so that it does not lose weight
    heat[20, 30:32] = 20  # two equal neighbours
    (found,) = find_peaks([heat])
    np.testing.assert_array_equal(found, [[0, 0, 30, 0], [30, 20, 20, 1], [31, 20, 20, 2]])


def test_looking_only_where_peaks_can_be_finds_all_of_them() -> None:
    random = np.random.default_rng(1)
    heat = np.zeros((150, 210), dtype=np.float32)
    heat[60:100, 80:140] = random.normal(0, 2, (40, 60))
    (found,) = find_peaks([heat])

    smoothed = smooth(heat.astype(np.float64))
    framed = np.pad(smoothed, 1)
    around = [framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:]]
    rows, columns = np.nonzero((smoothed > 0.1) & (smoothed >= np.max(around, axis=0)))
    assert len(rows) > 3
    np.testing.assert_array_equal(found[:, :2], np.column_stack([columns, rows]))


@pytest.mark.parametrize(("size", "error"), [((5000, 4000), PictureTooLarge), ((900, 100), PictureTooSmall)])
def test_pictures_that_would_cost_too_much_are_refused(size: tuple[int, int], error: type[Exception]) -> None:
    with torch.device("meta"):
        openpose = OpenPose(OpenPoseNetwork())
    with pytest.raises(error, match=f"{size[0]} x {size[1]}"):
        openpose(Image.new("RGB", size))
