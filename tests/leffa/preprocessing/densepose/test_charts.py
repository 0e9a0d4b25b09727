"""Charts read out of drawn maps, and their pictures: byte for byte as recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from leffa.control import control_picture
from leffa.errors import OptionInvalid
from leffa.maps import PersonMaps
from leffa.preprocessing.densepose.charts import PersonChart, read_chart, whole
from leffa.preprocessing.densepose.network import ChartLogits
from leffa.preprocessing.densepose.pictures import Instance, predict_iuv, predict_seg
from tests.leffa.preprocessing.densepose.recorded import drawn_logits, load, person

CASES = ("c0", "c1")


def read(case: str) -> list[PersonChart]:
    logits = drawn_logits(case)
    boxes = torch.from_numpy(load("chart.npz")[f"{case}_boxes_xyxy"])
    return [read_chart(person(logits, index), box) for index, box in enumerate(boxes)]


def recorded(name: str) -> Any:
    return load("chart.npz")[name]


def canvas(case: str) -> tuple[int, int]:
    h, w = recorded(f"{case}_canvas_hw").tolist()
    return w, h


def chart(uv: Sequence[float], labels: Sequence[int] = (1, 2), box: tuple[int, int] = (1, 1)) -> PersonChart:
    """Two pixels side by side: U of both, then V of both."""
    return PersonChart((*box, 2, 1), np.array([labels], np.uint8), np.array(uv, np.float32).reshape(2, 1, 2))


@pytest.mark.parametrize("case", CASES)
def test_labels_and_coordinates_are_as_recorded(case: str) -> None:
    for index, found in enumerate(read(case)):
        np.testing.assert_array_equal(found.labels, recorded(f"{case}_labels_{index}"))
        np.testing.assert_allclose(found.uv, recorded(f"{case}_uv_{index}"), atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_published_pictures_are_as_recorded(case: str) -> None:
    charts, size = read(case), canvas(case)
    seg = predict_seg(charts, size, instance="last")
    np.testing.assert_array_equal(seg, recorded(f"{case}_predict_seg_bgr"))
    np.testing.assert_array_equal(predict_iuv(charts, size), recorded(f"{case}_predict_iuv"))


@pytest.mark.parametrize("case", CASES)
def test_person_maps_make_the_recorded_control_pictures(case: str) -> None:
    size = canvas(case)
    labels, uv = whole(read(case)[0], size)
    nothing = np.zeros_like(labels)
    maps = PersonMaps(nothing, nothing, labels, uv, np.zeros((18, 2)))
    pose = control_picture(maps.densepose, "deep_fashion", maps.densepose_uv)
    np.testing.assert_array_equal(np.asarray(pose), recorded(f"{case}_control_pose_transfer_rgb"))
    dress_code = control_picture(maps.densepose, "dress_code")
    np.testing.assert_array_equal(np.asarray(dress_code), recorded(f"{case}_control_dress_code_rgb"))
    np.testing.assert_array_equal(labels, recorded(f"{case}_mask_path_gray"))


def test_parts_have_the_recorded_colours() -> None:
    parts = np.arange(25, dtype=np.uint8)[None]
    picture = np.asarray(control_picture(parts, "viton_hd"))
    np.testing.assert_array_equal(picture[0, :, ::-1], recorded("parula24_bgr"))


@pytest.mark.parametrize(("instance", "index"), [("first", 0), ("last", 1), (0, 0), (1, 1)])
def test_pictures_show_the_person_asked_for(instance: Instance, index: int) -> None:
    charts, size = read("c1"), canvas("c1")
    for draw in (predict_seg, predict_iuv):
        shown = draw(charts, size, instance=instance)
        np.testing.assert_array_equal(shown, draw(charts[index : index + 1], size))
        assert (shown != draw(charts[1 - index : 2 - index], size)).any()


def test_pictures_show_the_most_certain_person_unless_asked_otherwise() -> None:
    charts, size = read("c1"), canvas("c1")
    for draw in (predict_seg, predict_iuv):
        np.testing.assert_array_equal(draw(charts, size), draw(charts, size, instance="first"))


def test_nobody_gives_black_pictures() -> None:
    for draw in (predict_seg, predict_iuv):
        picture = draw([], (4, 3))
        assert picture.shape == (3, 4, 3)
        assert not picture.any()


@pytest.mark.parametrize("instance", [1, -1])
def test_a_person_who_is_not_there_is_an_error(instance: int) -> None:
    with pytest.raises(OptionInvalid, match="no person"):
        predict_seg([chart([0, 0, 0, 0])], (9, 9), instance=instance)


def test_joint_scaling_stretches_the_boxs_smallest_and_largest_number_of_both_planes() -> None:
    labels, uv = whole(chart([-0.5, 0.5, 0.0, 1.5]), (4, 3))
    assert labels.tolist() == [[0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]]
    assert uv[1, 1:3].tolist() == [[0, 63], [127, 255]]
    assert not np.delete(uv.reshape(-1, 2), [5, 6], axis=0).any()


def test_joint_scaling_turns_the_background_of_the_box_grey_where_something_is_negative() -> None:
    _, uv = whole(chart([-1, 0, 1, 0], labels=(1, 0)), (4, 3))
    assert uv[1, 2].tolist() == [127, 127]
    assert uv[0, 0].tolist() == [0, 0]


def test_unit_scaling_keeps_zero_black_and_cuts_off_what_is_outside() -> None:
    _, uv = whole(chart([-0.5, 0.5, 1.0, 1.5]), (4, 3), scaling="unit")
    assert uv[1, 1:3].tolist() == [[0, 255], [127, 255]]


def test_coordinates_that_are_all_the_same_give_zeros() -> None:
    for value in (0.0, 0.7):
        _, uv = whole(chart([value] * 4), (4, 3))
        assert not uv.any()


@pytest.mark.parametrize("box", [(3, 0), (-1, 0), (0, 3), (0, -1)])
def test_a_chart_of_another_photo_is_an_error(box: tuple[int, int]) -> None:
    with pytest.raises(OptionInvalid, match="not on a photo of 4 x 3"):
        whole(chart([0, 0, 0, 0], box=box), (4, 3))


@pytest.mark.parametrize(("h", "w"), [(1, 1), (3, 700), (112, 112), (700, 431)])
def test_reading_equals_resizing_every_map_and_choosing_afterwards(h: int, w: int) -> None:
    generator = torch.Generator().manual_seed(h)
    coarse, fine, u, v = (torch.randn(1, n, 14, 14, generator=generator) for n in (2, 25, 25, 25))
    found = read_chart(
        ChartLogits(coarse, fine, u, v), torch.tensor([2.9, 1.2, 2.9 + w + 0.5, 1.2 + h + 0.5])
    )

    big = [
        F.interpolate(maps, (h, w), mode="bilinear", align_corners=False)[0] for maps in (coarse, fine, u, v)
    ]
    labels = big[1].argmax(0) * (big[0].argmax(0) > 0)
    uv = torch.stack([maps.gather(0, labels[None])[0] for maps in big[2:]]) * (labels > 0)
    assert found.box == (2, 1, w, h)
    assert (found.labels == labels.numpy()).mean() > 0.9999
    same = found.labels == labels.numpy()
    assert np.abs(found.uv - uv.numpy())[:, same].max() < 1e-5


def test_a_person_smaller_than_a_pixel_has_one() -> None:
    logits = ChartLogits(*(torch.ones(1, n, 4, 4) for n in (2, 25, 25, 25)))
    found = read_chart(logits, torch.tensor([5.2, 6.8, 5.9, 6.9]))
    assert found.box == (5, 6, 1, 1)
    assert found.labels.shape == (1, 1)
    assert found.uv.shape == (2, 1, 1)
