"""Every stage of the network on two small pictures, as recorded of the published implementation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from leffa.preprocessing.densepose.boxes import make_anchors, roi_align
from leffa.preprocessing.densepose.charts import read_chart
from leffa.preprocessing.densepose.detection import classify, propose, select
from leffa.preprocessing.densepose.network import FPN_STRIDES
from leffa.preprocessing.densepose.predictor import DensePose
from tests.leffa.preprocessing.densepose.recorded import Arrays, assert_close, load, person

LEVELS = ("p2", "p3", "p4", "p5", "p6")
BOX_SCALES = (1 / 4, 1 / 8, 1 / 16, 1 / 32)


class Run:
    """One picture through the network."""

    def __init__(self, densepose: DensePose, recorded: Arrays) -> None:
        self.densepose, self.network, self.recorded = densepose, densepose.network, recorded
        pixels = torch.from_numpy(recorded["image_bgr"]).permute(2, 0, 1)
        self.size = (pixels.shape[1], pixels.shape[2])
        self.input = densepose.prepare(pixels)
        bottom_up = self.network.backbone.bottom_up
        self.pyramid = self.network.backbone(self.input)
        self.features = dict(zip(LEVELS, self.pyramid, strict=True))
        self.features["stem"] = bottom_up.stem(self.input)
        self.features |= zip(("res2", "res3", "res4", "res5"), bottom_up(self.input), strict=True)
        self.features["decoder"] = self.network.roi_heads.decoder(self.pyramid[:4])

    def tensor(self, name: str) -> Tensor:
        return torch.from_numpy(self.recorded[name])


@pytest.fixture(scope="module", params=["a", "b"])
def run(request: pytest.FixtureRequest, densepose: DensePose) -> Iterator[Run]:
    with torch.no_grad():
        yield Run(densepose, load(f"stages_{request.param}.npz"))


def sample(features: Tensor, channels: int, cells: int) -> Tensor:
    """As recorded: about so many channels, and cells along the shorter side."""
    _, c, h, w = features.shape
    step = max(1, min(h, w) // cells)
    return features[0, :: max(1, c // channels), ::step, ::step]


def test_the_input_lacks_the_mean_and_is_padded_to_multiples_of_32(run: Run) -> None:
    assert all(side % 32 == 0 for side in run.input.shape[2:])
    assert_close(run.input[0, :, ::4, ::4], run.recorded["net_input_s4"], limit=0)


@pytest.mark.parametrize("name", ["stem", "res2", "res3", "res4", "res5", *LEVELS, "decoder"])
def test_features_are_as_recorded(run: Run, name: str) -> None:
    features = run.features[name]
    numbers = torch.stack([features[0].mean((1, 2)), features[0].std((1, 2), correction=0)], dim=1)
    assert_close(numbers, run.recorded[f"{name}_stat"])
    part = sample(features, 32, 20) if name == "decoder" else sample(features, 16, 16)
    assert_close(part, run.recorded[f"{name}_slice"])


@pytest.mark.parametrize("index", range(5), ids=LEVELS)
def test_anchors_their_objectness_and_deltas_are_as_recorded(run: Run, index: int) -> None:
    level, name, size = run.pyramid[index], LEVELS[index], 32 * 2**index
    h, w = level.shape[2:]
    anchors = make_anchors((h, w), FPN_STRIDES[index], size, (0.5, 1.0, 2.0), level.device)
    logits, deltas = run.network.proposal_generator.rpn_head(level)
    assert_close(anchors, run.recorded[f"anchors_{name}"], limit=1e-7)
    assert_close(logits, run.recorded[f"rpn_logits_{name}"])
    assert_close(deltas, run.recorded[f"rpn_deltas_{name}"])


def test_proposals_come_in_the_recorded_order(run: Run) -> None:
    boxes, logits = propose(run.network, run.pyramid, run.size)
    assert_close(logits, run.recorded["proposal_logits"])
    assert boxes.shape == run.recorded["proposal_boxes"].shape
    assert (boxes - run.tensor("proposal_boxes")).abs().max() < 0.02


def test_the_box_head_says_of_the_recorded_proposals_what_was_recorded(run: Run) -> None:
    proposals = run.tensor("proposal_boxes")
    pooled = roi_align(run.pyramid[:4], BOX_SCALES, proposals, 7)
    vectors = run.network.roi_heads.box_head(pooled)
    logits, deltas = run.network.roi_heads.box_predictor(vectors)
    assert_close(pooled[:8, ::8], run.recorded["box_pooled_slice"])
    assert_close(vectors[:16], run.recorded["box_fc2"])
    assert_close(logits, run.recorded["cls_logits"])
    assert_close(deltas, run.recorded["bbox_deltas"])
    moved = classify(run.network, run.pyramid, proposals)[1]
    assert (moved - run.tensor("pred_boxes_all")).abs().max() < 0.02


@pytest.mark.parametrize("percent", [50, 80])
def test_the_recorded_people_are_chosen_of_the_recorded_candidates(run: Run, percent: int) -> None:
    boxes, logits = run.tensor("pred_boxes_all"), run.tensor("cls_logits")
    found, scores, proposals = select(boxes, logits, run.size, percent / 100)
    assert proposals.tolist() == run.recorded[f"det{percent}_proposal_index"].tolist()
    assert (found - run.tensor(f"det{percent}_boxes")).abs().max() < 1e-4
    assert (scores - run.tensor(f"det{percent}_scores")).abs().max() < 1e-6


def test_people_found_the_whole_way_are_the_recorded_ones(run: Run) -> None:
    pixels = torch.from_numpy(run.recorded["image_bgr"]).permute(2, 0, 1)
    boxes, scores, _ = run.densepose.find(pixels, 0.5)
    assert boxes.shape == run.recorded["det50_boxes"].shape
    assert (boxes - run.tensor("det50_boxes")).abs().max() < 0.02
    # Rounding adds up on the way through random weights: 1e-5 where each stage starts from the recorded one.
    assert (scores - run.tensor("det50_scores")).abs().max() < 3e-5


def test_charts_of_the_recorded_boxes_are_as_recorded(run: Run) -> None:
    boxes = run.tensor("dp_boxes")
    heads = run.network.roi_heads
    pooled = roi_align([run.features["decoder"]], [1 / 4], boxes, 28)
    head = heads.densepose_head(pooled)
    logits = run.densepose.map_charts(run.features["decoder"], boxes)
    assert_close(pooled[:, ::16, ::2, ::2], run.recorded["dp_pooled_slice"])
    assert_close(head[:, ::32, ::2, ::2], run.recorded["dp_head_slice"])
    for name, maps in zip("SIUV", logits, strict=True):
        assert_close(maps[:1, :, ::4, ::4], run.recorded[f"dp_{name}_s4"])
    for index, box in enumerate(boxes):
        chart = read_chart(person(logits, index), box)
        labels = run.recorded[f"dp_labels_{index}"]
        same = chart.labels == labels
        assert same.mean() > 0.999
        corner_and_size = torch.cat([box[:2], box[2:] - box[:2]]).long().tolist()
        assert list(chart.box) == corner_and_size
        if (uv := run.recorded.get(f"dp_uv_{index}")) is not None:
            assert np.abs(chart.uv - uv)[:, same].max() < 1e-4 * np.abs(uv).max()
