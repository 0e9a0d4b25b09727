"""The network that sees drawn people: a small U-Net with three answers.

Features lie in memory pixel by pixel (`channels_last`): what happens at each pixel alone is a matrix product.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from leffa.maps import NUM_KEYPOINTS
from leffa.masks.labels import DENSE_LARGEST, Atr

# (width, height) of the pictures it sees, and pixels per place of a joint.
FRAME = (144, 192)
STRIDE = 4
# Drawn people wear no belts, bags and scarves.
DRAWN_LABELS = tuple(label for label in Atr if label not in (Atr.BELT, Atr.BAG, Atr.SCARF))
PARTS = DENSE_LARGEST + 1
# Features are read out at half the size, for four pixels each.
BLOCK = 2
_GROUPS = 8
_WIDTHS = (16, 48, 96, 128)


class Logits(NamedTuple):
    """Logits of n pictures.

    labels: `[n, h / 2, w / 2, 4, 16]`, of blocks of 2x2 pixels row by row, in the order of `DRAWN_LABELS`.
    parts: `[n, h / 2, w / 2, 4, 25]`, of DensePose.
    joints: `[n, h / 4 * w / 4 + 1, 18]`, each joint's place row by row, and last: it is not in the picture.
    """

    labels: Tensor
    parts: Tensor
    joints: Tensor


class Seer(nn.Module):
    """RGB pictures `[n, 3, h, w]`, 0..1, sides multiples of 16, to `Logits`; 0.9 M parameters."""

    def __init__(self) -> None:
        super().__init__()
        finest, fine, middle, coarse = _WIDTHS
        self.stem = _convolution(3, finest, stride=2)
        self.down_fine = nn.Sequential(_convolution(finest, fine, stride=2), _Block(fine))
        self.down_middle = nn.Sequential(_convolution(fine, middle, stride=2), _Block(middle))
        self.down_coarse = nn.Sequential(_convolution(middle, coarse, stride=2), _Block(coarse))
        self.whole = nn.Linear(2 * coarse, coarse)
        self.to_middle, self.join_middle = nn.Linear(coarse, middle), _Block(middle)
        self.to_fine, self.join_fine = nn.Linear(middle, fine), _Block(fine)
        self.to_finest, self.join_finest = nn.Linear(fine, finest), _convolution(2 * finest, 2 * finest)
        self.labels = nn.Linear(2 * finest, BLOCK**2 * len(DRAWN_LABELS))
        self.parts = nn.Linear(2 * finest, BLOCK**2 * PARTS)
        self.places = nn.Linear(fine, NUM_KEYPOINTS)
        self.absent = nn.Linear(coarse, NUM_KEYPOINTS)
        self.likely_labels = nn.Linear(coarse, len(DRAWN_LABELS))
        self.likely_parts = nn.Linear(coarse, PARTS)

    def forward(self, pictures: Tensor) -> Logits:
        finest = self.stem(((pictures - 0.5) / 0.25).contiguous(memory_format=torch.channels_last))
        fine = self.down_fine(finest)
        middle = self.down_middle(fine)
        coarse = self.down_coarse(middle)
        # The whole picture tells which side is left (is there a face) and what is a dress (is there a waist).
        summary = F.relu(self.whole(torch.cat([coarse.mean(dim=(2, 3)), coarse.amax(dim=(2, 3))], dim=1)))
        coarse = coarse + summary[..., None, None]
        middle = self.join_middle(middle + _enlarged(coarse, self.to_middle))
        fine = self.join_fine(fine + _enlarged(middle, self.to_fine))
        finest = self.join_finest(torch.cat([finest, _enlarged(fine, self.to_finest)], dim=1))
        pixels = finest.permute(0, 2, 3, 1)
        places = self.places(fine.permute(0, 2, 3, 1).flatten(1, 2))
        labels, parts = (head(pixels).unflatten(3, (BLOCK**2, -1)) for head in (self.labels, self.parts))
        return Logits(
            labels + self.likely_labels(summary)[:, None, None, None],
            parts + self.likely_parts(summary)[:, None, None, None],
            torch.cat([places, self.absent(summary)[:, None]], dim=1),
        )


def _convolution(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.GroupNorm(_GROUPS, outputs),
        nn.ReLU(inplace=True),
    )


class _Block(nn.Module):
    """Two convolutions beside which the input passes."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width)
        self.second = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.GroupNorm(_GROUPS, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


def _enlarged(features: Tensor, narrow: nn.Linear) -> Tensor:
    """Features `[n, c, h, w]` of another width, at twice the size."""
    narrowed = narrow(features.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    return F.interpolate(narrowed, scale_factor=2.0)
