"""From a picture's features to the boxes of the people in it: proposals, then detections."""

from __future__ import annotations

from collections.abc import Sequence

import torch
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
from leffa.preprocessing.densepose.network import FPN_STRIDES, DensePoseRCNN

_ANCHOR_SIZES = (32, 64, 128, 256, 512)
_ASPECTS = (0.5, 1.0, 2.0)
_RPN_WEIGHTS = (1.0, 1.0, 1.0, 1.0)
_MOST_PROPOSALS = 1000  # of each level, and of all together
_RPN_OVERLAP = 0.7
_BOX_SCALES = tuple(1 / stride for stride in FPN_STRIDES[:4])
_BOX_BINS = 7
_BOX_WEIGHTS = (10.0, 10.0, 5.0, 5.0)
_OVERLAP = 0.5
_MOST_DETECTIONS = 100


def propose(
    network: DensePoseRCNN, pyramid: Sequence[Tensor], size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Boxes `[n, 4]` that may hold a person and their logits `[n]`, best first, 1000 at most.

    `pyramid`: p2 to p6; `size`: height and width of the picture without padding.
    """
    boxes, logits, groups = [], [], []
    for index, level in enumerate(pyramid):
        level_logits, deltas = network.proposal_generator.rpn_head(level)
        h, w = level.shape[2:]
        anchors = make_anchors((h, w), FPN_STRIDES[index], _ANCHOR_SIZES[index], _ASPECTS, level.device)
        best, at = level_logits.float().topk(min(_MOST_PROPOSALS, len(level_logits)))
        boxes.append(apply_deltas(anchors[at], deltas[at].float(), _RPN_WEIGHTS))
        logits.append(best)
        groups.append(torch.full_like(at, index))
    found, scores, levels = torch.cat(boxes), torch.cat(logits), torch.cat(groups)
    finite = found.isfinite().all(dim=1) & scores.isfinite()
    found = clip(found, size)
    usable = finite & has_area(found)
    found, scores, levels = found[usable], scores[usable], levels[usable]
    best = batched_nms(found, scores, levels, _RPN_OVERLAP)[:_MOST_PROPOSALS]
    return found[best], scores[best]


def classify(network: DensePoseRCNN, pyramid: Sequence[Tensor], proposals: Tensor) -> tuple[Tensor, Tensor]:
    """Of each proposal: logits `[n, 2]` (person, background) and the box that its person has, `[n, 4]`."""
    pooled = roi_align(pyramid[:4], _BOX_SCALES, proposals, _BOX_BINS)
    logits, deltas = network.roi_heads.box_predictor(network.roi_heads.box_head(pooled))
    return logits.float(), apply_deltas(proposals, deltas.float(), _BOX_WEIGHTS)


def select(
    boxes: Tensor, logits: Tensor, size: tuple[int, int], threshold: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Boxes `[n, 4]`, scores `[n]` and proposal indices `[n]` of the people, best first, 100 at most.

    A person's score (softmax) is above `threshold`, and no better one's box overlaps by more than a half.
    """
    scores = logits.softmax(dim=1)[:, 0]
    finite = boxes.isfinite().all(dim=1) & scores.isfinite()
    boxes = clip(boxes, size)
    likely = (finite & (scores > threshold)).nonzero()[:, 0]
    people = likely[nms(boxes[likely], scores[likely], _OVERLAP)[:_MOST_DETECTIONS]]
    return boxes[people], scores[people], people
