"""DensePose parts as each model's control picture."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from leffa.control import ModelName, control_picture

PARTS = np.arange(25, dtype=np.uint8).reshape(5, 5)


def test_viton_hd_has_a_colour_of_its_own_for_every_part_on_black() -> None:
    picture = np.asarray(control_picture(PARTS, "viton_hd"))
    assert (picture[0, 0] == 0).all()
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) == 25


def test_viton_hd_runs_from_blue_to_yellow_through_the_parts() -> None:
    picture = np.asarray(control_picture(PARTS, "viton_hd")).reshape(-1, 3).astype(int)
    assert picture[1, 2] > picture[1, 0] + 50
    assert (picture[24, :2] > picture[24, 2] + 50).all()


def test_dress_code_has_the_part_index_three_times() -> None:
    picture = np.asarray(control_picture(PARTS, "dress_code"))
    assert (picture == PARTS[..., None]).all()


def test_deep_fashion_has_u_v_and_the_part_index() -> None:
    uv = np.random.default_rng(0).integers(0, 256, (5, 5, 2), np.uint8)
    picture = np.asarray(control_picture(PARTS, "deep_fashion", uv))
    assert (picture[..., :2] == uv).all()
    assert (picture[..., 2] == PARTS).all()


@pytest.mark.parametrize("model", get_args(ModelName))
def test_every_model_gets_an_rgb_picture_of_the_size_of_the_map(model: ModelName) -> None:
    parts = np.zeros((4, 7), np.uint8)
    picture = control_picture(parts, model, np.zeros((4, 7, 2), np.uint8))
    assert (picture.mode, picture.size) == ("RGB", (7, 4))
