"""Charts of a person: which part of the body each pixel of the photo shows, and which point of that part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from leffa.errors import OptionInvalid
from leffa.preprocessing.densepose.network import ChartLogits

UVScaling = Literal["joint", "unit"]
# Pixels read out at once; the maps of 25 parts take 25 MB then, and there are a few at a time.
_PIXELS_AT_ONCE = 250_000


@dataclass(frozen=True)
class PersonChart:
    """One person, on the pixels of an integer box in the photo.

    box: x, y, width, height; labels: uint8 `[h, w]`, part 1..24, 0 = not this person; uv: float32
    `[2, h, w]`, U and V within the part, about 0..1 but not clamped, 0 where the label is 0.
    """

    box: tuple[int, int, int, int]
    labels: NDArray[np.uint8]
    uv: NDArray[np.float32]


def read_chart(logits: ChartLogits, box: Tensor) -> PersonChart:
    """The chart of one person from `logits` `[1, ...]` and the box (x1, y1, x2, y2) in the photo.

    The maps are enlarged bilinearly to the box; of U and V only the plane of the pixel's label is.
    """
    x1, y1, x2, y2 = box.float().cpu()
    x, y, w, h = int(x1), int(y1), max(int(x2 - x1), 1), max(int(y2 - y1), 1)
    coarse, fine, u, v = (maps[0].float() for maps in logits)
    rows, columns = _axis(h, fine.shape[1], fine.device), _axis(w, fine.shape[2], fine.device)
    wide_coarse, wide_fine = _widen(coarse, columns), _widen(fine, columns)
    labels = torch.empty(h, w, dtype=torch.uint8, device=fine.device)
    uv = torch.empty(2, h, w, device=fine.device)
    step = max(1, _PIXELS_AT_ONCE // w)
    for start in range(0, h, step):
        part = slice(start, start + step)
        some = _Axis(rows.low[part], rows.high[part], rows.share[part])
        body = _heighten(wide_coarse, some).argmax(dim=0) > 0
        label = _heighten(wide_fine, some).argmax(dim=0) * body
        labels[part] = label
        uv[:, part] = torch.stack([_pick(plane, label, some, columns) for plane in (u, v)]) * (label > 0)
    return PersonChart((x, y, w, h), labels.cpu().numpy(), uv.cpu().numpy())


def whole(
    chart: PersonChart, size: tuple[int, int], *, scaling: UVScaling = "joint"
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Labels `[h, w]` and U, V as bytes `[h, w, 2]` on a photo of `size` (width, height); 0 outside the box.

    These are `PersonMaps.densepose` and `densepose_uv`. scaling: "joint", what the published weights were
    trained on, stretches the box's smallest U or V to 0 and its largest to 255, zeros beside the body
    included (so these turn grey where some U or V is negative); "unit" stretches 0..1 and cuts off the rest.
    Bytes are rounded down. Raises `OptionInvalid` for a box that is not on the photo.
    """
    width, height = size
    x, y, w, h = chart.box
    if not (0 <= x <= width - w and 0 <= y <= height - h):
        raise OptionInvalid(f"box {chart.box} is not on a photo of {width} x {height}")
    labels = np.zeros((height, width), np.uint8)
    uv = np.zeros((height, width, 2), np.uint8)
    inside = np.s_[y : y + h, x : x + w]
    labels[inside] = chart.labels
    uv[inside] = _to_bytes(chart.uv, scaling).transpose(1, 2, 0)
    return labels, uv


def _to_bytes(uv: NDArray[np.float32], scaling: UVScaling) -> NDArray[np.uint8]:
    low, high = (uv.min(), uv.max()) if scaling == "joint" else (np.float32(0), np.float32(1))
    if low == high:
        return np.zeros(uv.shape, np.uint8)
    scaled: NDArray[np.float32] = (uv.clip(low, high) - low) / (high - low) * 255
    return scaled.astype(np.uint8)


class _Axis(NamedTuple):
    """For each output position: its two neighbours on the grid, and the share of the second."""

    low: Tensor
    high: Tensor
    share: Tensor


def _axis(outputs: int, inputs: int, device: torch.device) -> _Axis:
    """Bilinear resizing with pixel centres at halves (`align_corners=False`), without antialiasing."""
    at = (torch.arange(outputs, device=device) + 0.5) * (inputs / outputs) - 0.5
    at = at.clamp(min=0)
    low = at.floor().clamp(max=inputs - 1)
    return _Axis(low.long(), (low + 1).clamp(max=inputs - 1).long(), (at - low).clamp(max=1))


def _widen(maps: Tensor, columns: _Axis) -> Tensor:
    """`[c, h, w]` resized along its width."""
    return maps[..., columns.low] * (1 - columns.share) + maps[..., columns.high] * columns.share


def _heighten(maps: Tensor, rows: _Axis) -> Tensor:
    """`[c, h, w]` resized along its height."""
    share = rows.share[:, None]
    return maps[:, rows.low] * (1 - share) + maps[:, rows.high] * share


def _pick(maps: Tensor, label: Tensor, rows: _Axis, columns: _Axis) -> Tensor:
    """`maps` `[c, h, w]` resized, but of each pixel only the plane that its label names: like `label`."""
    top, bottom = (
        maps[label, row[:, None], columns.low] * (1 - columns.share)
        + maps[label, row[:, None], columns.high] * columns.share
        for row in (rows.low, rows.high)
    )
    share = rows.share[:, None]
    return top * (1 - share) + bottom * share
