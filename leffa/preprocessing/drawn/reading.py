"""What the network's logits say: label maps, joints, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from leffa.masks.labels import Atr, Lip
from leffa.preprocessing.drawn.network import BLOCK, DRAWN_LABELS, STRIDE, Logits

# A joint's place is the mean of the places this far round the likeliest one.
_NEARBY = 2
# Of the neck the LIP classes know nothing: it counts as the face, as `leffa.synthetic` draws it.
_LIP_NAMES = {label: Lip[label.name] for label in DRAWN_LABELS if label is not Atr.NECK} | {
    Atr.NECK: Lip.FACE
}
_ATR = np.array(DRAWN_LABELS, np.uint8)
_LIP = np.zeros(max(Atr) + 1, np.uint8)
_LIP[list(_LIP_NAMES)] = list(_LIP_NAMES.values())


@dataclass(frozen=True)
class Reading:
    """atr, densepose: uint8 labels `[h, w]`.

    joints: float64 `[18, 2]`, x and y in pixels of the network's picture, (0, 0) = not in it.
    sure: the mean probability of the chosen label over the person's pixels, 0 if there is nobody.
    """

    atr: NDArray[np.uint8]
    densepose: NDArray[np.uint8]
    joints: NDArray[np.float64]
    sure: float


def read(logits: Logits, size: tuple[int, int]) -> Reading:
    """The first picture's answers, its labels at `size` (width, height), enlarged smoothly."""
    labels = _picture(logits.labels, size)
    atr = labels.argmax(dim=0)
    person = atr > 0
    sure = float(labels.softmax(dim=0).amax(dim=0)[person].mean()) if person.any() else 0.0
    rows, columns = logits.labels.shape[1:3]
    return Reading(
        atr=_ATR[atr.cpu().numpy()],
        densepose=_picture(logits.parts, size).argmax(dim=0).to(torch.uint8).cpu().numpy(),
        joints=_joints(logits.joints[0], (rows * BLOCK // STRIDE, columns * BLOCK // STRIDE)),
        sure=sure,
    )


def lip_of(atr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """LIP labels of what ATR labels say; for drawn people one follows from the other."""
    return _LIP[atr]


def _picture(blocks: Tensor, size: tuple[int, int]) -> Tensor:
    """`[classes, height, width]` of the first picture's logits."""
    rows, columns, _, classes = blocks.shape[1:]
    pixels = blocks[0].view(rows, columns, BLOCK, BLOCK, classes).permute(4, 0, 2, 1, 3)
    pixels = pixels.reshape(1, classes, rows * BLOCK, columns * BLOCK)
    if pixels.shape[:1:-1] == size:
        return pixels[0]
    return F.interpolate(pixels, size[::-1], mode="bilinear", align_corners=False)[0]


def _joints(logits: Tensor, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Out of `[places + 1, 18]`; `shape` (rows, columns) of the places."""
    chances = logits.double().softmax(dim=0).cpu().numpy()
    joints = np.zeros((chances.shape[1], 2))
    y, x = np.ogrid[: shape[0], : shape[1]]
    for index, chance in enumerate(chances.T):
        if chance[-1] > 0.5:
            continue
        places = chance[:-1].reshape(shape)
        row, column = divmod(int(places.argmax()), shape[1])
        near = places * (np.maximum(abs(y - row), abs(x - column)) <= _NEARBY)
        at = np.array([(x * near).sum(), (y * near).sum()]) / near.sum()
        # (0, 0) is said of joints that are missing.
        joints[index] = np.maximum((at + 0.5) * STRIDE - 0.5, 0.1)
    return joints
