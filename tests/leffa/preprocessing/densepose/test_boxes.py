"""Box arithmetic beside what the recorded runs show: small cases that can be checked by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from leffa.preprocessing.densepose.boxes import (
    apply_deltas,
    batched_nms,
    clip,
    has_area,
    make_anchors,
    nms,
    roi_align,
)


def rows(*values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)


def test_anchors_go_by_row_column_and_shape_and_are_centred_on_the_cells_corner() -> None:
    anchors = make_anchors((2, 2), 8, 32, (0.5, 1.0, 2.0), torch.device("cpu"))
    wide, tall = 32 * math.sqrt(2), 32 / math.sqrt(2)
    assert anchors.shape == (12, 4)
    assert torch.allclose(anchors[0], torch.tensor([-wide / 2, -tall / 2, wide / 2, tall / 2]))
    assert anchors[4].tolist() == [-8, -16, 24, 16]
    assert anchors[7].tolist() == [-16, -8, 16, 24]


def test_deltas_move_by_the_boxs_own_size_and_grow_by_a_limited_factor() -> None:
    boxes = rows([10, 20, 30, 60])
    moved = apply_deltas(boxes, rows([1, -1, 0, 0]), (2.0, 4.0, 1.0, 1.0))
    assert moved.tolist() == [[20, 10, 40, 50]]
    grown = apply_deltas(boxes, rows([0, 0, 1000, math.log(2)]), (1.0, 1.0, 1.0, 1.0))
    assert torch.allclose(grown, rows([20 - 625, 0, 20 + 625, 80]))


def test_boxes_are_cut_at_the_pictures_borders_and_may_lose_their_area() -> None:
    clipped = clip(rows([-5, -5, 50, 8], [60, 2, 70, 5]), (10, 40))
    assert clipped.tolist() == [[0, 0, 40, 8], [40, 2, 40, 5]]
    assert has_area(clipped).tolist() == [True, False]


def test_a_box_goes_only_if_a_better_one_that_stays_overlaps_it() -> None:
    chain = rows([0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10], [12, 0, 22, 10])
    scores = torch.tensor([0.6, 0.9, 0.8, 0.7])
    # 1 beats 0 and 2, and 2, which is gone, does not beat 3.
    assert nms(chain, scores, 0.3).tolist() == [1, 3]
    assert nms(chain, scores, 0.5).tolist() == [1, 2, 3, 0]


def test_an_overlap_of_exactly_the_threshold_is_allowed() -> None:
    boxes = rows([0, 0, 2, 2], [0, 0, 2, 1])
    assert nms(boxes, torch.tensor([0.9, 0.8]), 0.5).tolist() == [0, 1]
    assert nms(boxes, torch.tensor([0.9, 0.8]), 0.49).tolist() == [0]


def test_groups_leave_each_other_alone() -> None:
    boxes = rows([0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 8])
    kept = batched_nms(boxes, torch.tensor([0.1, 0.3, 0.2]), torch.tensor([7, 2, 7]), 0.5)
    assert kept.tolist() == [1, 2]


def test_of_no_boxes_none_stays() -> None:
    empty = torch.empty(0, 4)
    assert nms(empty, torch.empty(0), 0.5).tolist() == []
    assert batched_nms(empty, torch.empty(0), torch.empty(0, dtype=torch.int64), 0.5).tolist() == []
    assert roi_align([torch.zeros(1, 3, 4, 4)], [1.0], empty, 2).shape == (0, 3, 2, 2)


def overlap(a: Tensor, b: Tensor) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(float(width), 0) * max(float(height), 0)
    areas = [float((box[2] - box[0]) * (box[3] - box[1])) for box in (a, b)]
    return common / (sum(areas) - common)


@given(st.integers(0, 10_000), st.integers(1, 40), st.sampled_from([0.2, 0.5, 0.7]))
def test_suppression_equals_the_greedy_rule_step_by_step(seed: int, count: int, threshold: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    corners = torch.randint(0, 20, (count, 2), generator=generator).float()
    boxes = torch.cat([corners, corners + torch.randint(1, 15, (count, 2), generator=generator)], dim=1)
    scores = torch.rand(count, generator=generator)
    expected: list[int] = []
    for index in scores.argsort(descending=True).tolist():
        if all(overlap(boxes[index], boxes[kept]) <= threshold for kept in expected):
            expected.append(index)
    assert nms(boxes, scores, threshold).tolist() == expected


def plane(h: int, w: int) -> Tensor:
    """A level whose value at (y, x) is 100 y + x."""
    return (torch.arange(h)[:, None] * 100.0 + torch.arange(w))[None, None]


def test_pooling_a_plane_gives_the_middle_of_every_bin() -> None:
    pooled = roi_align([plane(20, 20)], [0.5], rows([4, 8, 12, 24]), 2)
    # On the level: x 2..6, y 4..12, without a shift by half a pixel.
    assert torch.allclose(pooled[0, 0], torch.tensor([[603.0, 605.0], [1003.0, 1005.0]]))


def test_pooled_boxes_are_one_pixel_wide_at_least() -> None:
    pooled = roi_align([plane(20, 20)], [1.0], rows([3, 4, 3.1, 4.1]), 1)
    assert pooled.item() == pytest.approx(100 * 4.5 + 3.5)


def test_samples_beyond_the_border_take_the_last_pixel_and_further_out_nothing() -> None:
    level = torch.ones(1, 1, 4, 4)
    # Samples at x = -3, -1 (still inside), 1, 3; all rows inside.
    assert roi_align([level], [1.0], rows([-4, 0, 4, 4]), 2)[0, 0].tolist() == [[0.5, 1.0], [0.5, 1.0]]
    # Samples at x = 3.5 (the last column, 3) and 4.5 (outside), y = 0.25 and 0.75.
    assert roi_align([plane(4, 4)], [1.0], rows([3, 0, 5, 1]), 1).item() == (28 + 78 + 0 + 0) / 4


def test_small_boxes_are_read_from_fine_levels_and_large_ones_from_coarse_levels() -> None:
    strides = (4, 8, 16, 32)
    levels = [torch.full((1, 1, 1024 // s, 1024 // s), float(index)) for index, s in enumerate(strides)]
    sides = [10.0, 111.0, 112.0, 223.0, 224.0, 447.0, 448.0, 1024.0]
    boxes = rows(*([0, 0, side, side] for side in sides))
    pooled = roi_align(levels, [1 / s for s in strides], boxes, 1)
    assert pooled.flatten().tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_half_precision_features_are_pooled_in_half_precision() -> None:
    pooled = roi_align([plane(4, 4).half()], [1.0], rows([0, 0, 2, 2]), 1)
    assert pooled.dtype == torch.float16
    assert pooled.item() == 101
