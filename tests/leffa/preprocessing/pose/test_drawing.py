"""A drawn pose: what is there is seen, what is missing is not, the photo stays the photo."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import MapsInvalid
from leffa.preprocessing.pose.drawing import draw_pose

GREY = (90, 90, 90)
RIGHT_ARM = [(2, (60, 60)), (3, (60, 120)), (4, (60, 180))]


def joints(*places: tuple[int, tuple[float, float]]) -> NDArray[np.float64]:
    keypoints = np.zeros((18, 2))
    for joint, place in places:
        keypoints[joint] = place
    return keypoints


def changed(keypoints: NDArray[np.float64]) -> NDArray[np.bool_]:
    photo = Image.new("RGB", (200, 240), GREY)
    drawn = draw_pose(photo, keypoints)
    assert (drawn.mode, drawn.size) == ("RGB", photo.size)
    return np.asarray(np.any(np.asarray(drawn) != np.asarray(photo), axis=2))


def test_an_arm_is_two_limbs_and_nothing_else() -> None:
    where = changed(joints(*RIGHT_ARM))
    assert where[60:181, 60].all()
    rows, columns = np.nonzero(where)
    assert (rows.min(), rows.max()) == pytest.approx((60, 180), abs=5)
    assert (columns.min(), columns.max()) == pytest.approx((60, 60), abs=5)


def test_a_missing_elbow_leaves_two_joints_without_a_line() -> None:
    where = changed(joints(RIGHT_ARM[0], RIGHT_ARM[2]))
    assert where[60, 60]
    assert where[180, 60]
    assert not where[70:170].any()


def test_limbs_have_colours_of_their_own() -> None:
    photo = Image.new("RGB", (200, 240), GREY)
    drawn = np.asarray(draw_pose(photo, joints(*RIGHT_ARM)))
    assert (drawn[90, 60] != drawn[150, 60]).any()


def test_nobody_leaves_the_photo_as_it_is() -> None:
    assert not changed(joints()).any()


def test_other_than_18_joints_are_refused() -> None:
    with pytest.raises(MapsInvalid):
        draw_pose(Image.new("RGB", (20, 20)), np.zeros((17, 2)))
