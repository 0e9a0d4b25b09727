"""Box arithmetic of R-CNN detectors in plain PyTorch: anchors, deltas, non-maximum suppression, ROIAlign.

Boxes are x1, y1, x2, y2 in pixels, `[..., 4]`, float32. Rules and constants are those of the published
network (detectron2 0.6 with ROIAlign of the first version, `aligned=False`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

# A box grows by this factor at most, whatever the network says.
_MAX_LOG_SCALE = math.log(1000 / 16)
_SAMPLES_PER_BIN = 2


def make_anchors(
    grid: tuple[int, int], stride: int, size: float, aspects: Sequence[float], device: torch.device
) -> Tensor:
    """Anchors `[h * w * len(aspects), 4]` of one level, ordered by y, x, aspect.

    Each is centred on (x * stride, y * stride), has the area `size`² and height / width = aspect.
    """
    shapes = [(math.sqrt(size**2 / aspect), aspect) for aspect in aspects]
    cell = torch.tensor(
        [[-w / 2, -a * w / 2, w / 2, a * w / 2] for w, a in shapes], dtype=torch.float32, device=device
    )
    ys, xs = (torch.arange(n, dtype=torch.float32, device=device) * stride for n in grid)
    y, x = torch.meshgrid(ys, xs, indexing="ij")
    centres = torch.stack([x, y, x, y], dim=-1)
    return (centres[:, :, None] + cell).view(-1, 4)


def apply_deltas(boxes: Tensor, deltas: Tensor, weights: tuple[float, float, float, float]) -> Tensor:
    """Move and scale `boxes` `[n, 4]` by `deltas` `[n, 4]` (dx, dy, dw, dh, each divided by its weight)."""
    sizes = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, :2] + 0.5 * sizes
    deltas = deltas / deltas.new_tensor(weights)
    centres = deltas[:, :2] * sizes + centres
    sizes = deltas[:, 2:].clamp(max=_MAX_LOG_SCALE).exp() * sizes
    return torch.cat([centres - 0.5 * sizes, centres + 0.5 * sizes], dim=1)


def clip(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """`boxes` cut at the borders of a picture of `size` (height, width)."""
    h, w = size
    return torch.minimum(boxes.clamp(min=0), boxes.new_tensor([w, h, w, h]))


def has_area(boxes: Tensor) -> Tensor:
    """Which of `boxes` `[n, 4]` have a width and a height above 0: bool `[n]`."""
    return (boxes[:, 2:] > boxes[:, :2]).all(dim=1)


def nms(boxes: Tensor, scores: Tensor, threshold: float) -> Tensor:
    """Indices of the boxes that stay, by descending score: greedy non-maximum suppression.

    A box goes if a better one that stays overlaps it by more than `threshold` (intersection over union).
    Memory grows with the square of the number of boxes.
    """
    order = scores.argsort(descending=True, stable=True)
    beats = (_overlaps(boxes[order]) > threshold).triu(diagonal=1)
    # "Stays if nothing that stays beats it" has one solution, because only better boxes beat. Applied to
    # any guess, the first wrong box becomes right, in practice most of them at once.
    stays = torch.ones_like(order, dtype=torch.bool)
    while True:
        settled = ~(beats & stays[:, None]).any(dim=0)
        if torch.equal(settled, stays):
            return order[stays]
        stays = settled


def batched_nms(boxes: Tensor, scores: Tensor, groups: Tensor, threshold: float) -> Tensor:
    """`nms` among the boxes of each group `[n]` alone; what stays of all, by descending score."""
    kept = []
    for group in sorted(set(groups.tolist())):
        members = (groups == group).nonzero()[:, 0]
        kept.append(members[nms(boxes[members], scores[members], threshold)])
    stays = torch.cat([groups.new_empty(0), *kept])
    return stays[scores[stays].argsort(descending=True, stable=True)]


def _overlaps(boxes: Tensor) -> Tensor:
    """Intersection over union of each with each, `[n, n]`."""
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    corner = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    opposite = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = (opposite - corner).clamp(min=0).prod(dim=2)
    return common / (areas[:, None] + areas[None] - common)


def roi_align(levels: Sequence[Tensor], scales: Sequence[float], boxes: Tensor, out: int) -> Tensor:
    """Features under each of `boxes` `[n, 4]`, on a grid of `out` x `out` bins: `[n, c, out, out]`.

    `levels` `[1, c, h, w]` are the same picture at several `scales` (level pixels per box pixel); a box is
    read from the level that `_level_of` names, or from the only one. A bin is the mean of 2x2 bilinear
    samples. As these lie on a grid, that is a weighted sum of 4 rows times 4 columns of the level. No more is
    held than the result, the levels side by side and, for each bin, 16 indices and weights.
    """
    level = _level_of(boxes, len(levels))
    sizes = torch.tensor([f.shape[2:] for f in levels], device=boxes.device)
    ends = sizes.prod(dim=1).cumsum(0)
    starts, (heights, widths) = (ends - sizes.prod(dim=1))[level], sizes[level].unbind(dim=1)
    x1, y1, x2, y2 = (boxes * boxes.new_tensor(list(scales))[level, None]).unbind(dim=1)
    rows, row_weights = _taps(y1, y2, heights, out)
    columns, column_weights = _taps(x1, x2, widths, out)
    rows = starts[:, None, None] + rows * widths[:, None, None]
    indices = rows[:, :, None, :, None] + columns[:, None, :, None, :]
    weights = row_weights[:, :, None, :, None] * column_weights[:, None, :, None, :]
    pixels = torch.cat([f[0].flatten(1).T for f in levels])
    bins = F.embedding_bag(
        indices.reshape(-1, 16), pixels, per_sample_weights=weights.reshape(-1, 16).to(pixels), mode="sum"
    )
    return bins.view(len(boxes), out, out, pixels.shape[1]).permute(0, 3, 1, 2)


def _level_of(boxes: Tensor, count: int) -> Tensor:
    """Index of the level for each box: 0 below 112 pixels (root of the area), one more with each doubling."""
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()
    level = torch.floor(4 + torch.log2(sides / 224 + 1e-8)) - 2
    return level.clamp(0, count - 1).long()


def _taps(start: Tensor, end: Tensor, length: Tensor, out: int) -> tuple[Tensor, Tensor]:
    """Along one axis: the 4 pixels of each bin (2 samples, 2 neighbours each), and shares: `[n, out, 4]`.

    Samples outside [-1, length] count as 0; others are moved onto the pixels' range.
    """
    bin_size = (end - start).clamp(min=1) / out
    samples = (
        (torch.arange(_SAMPLES_PER_BIN, device=start.device) + 0.5) * bin_size[:, None] / _SAMPLES_PER_BIN
    )
    bins = torch.arange(out, device=start.device) * bin_size[:, None]
    at = start[:, None, None] + bins[:, :, None] + samples[:, None, :]
    length = length[:, None, None]
    inside = (at >= -1) & (at <= length)
    at = torch.minimum(at.clamp(min=0), length - 1)
    low = at.floor()
    share = at - low
    weights = torch.stack([1 - share, share], dim=-1) * inside[..., None] / _SAMPLES_PER_BIN
    pixels = torch.stack([low, torch.minimum(low + 1, length - 1)], dim=-1).long()
    return pixels.flatten(2), weights.flatten(2)
