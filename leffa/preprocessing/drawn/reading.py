"""What the network's logits say of the first picture: label maps, joints, and how sure it is."""

from __future__ import annotations

import cv2
import numpy as np
import torch
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
# No infinity: it would not survive being enlarged.
_NEVER = -1e4
_CLOTHES = [DRAWN_LABELS.index(label) for label in (Atr.UPPER, Atr.SKIRT, Atr.PANTS, Atr.DRESS)]
_UPPER, _SKIRT, _PANTS, _DRESS = _CLOTHES
_OUTFITS = ((_DRESS,), (_UPPER, _SKIRT), (_UPPER, _PANTS))
_ATR = np.array(DRAWN_LABELS, np.uint8)
_LIP = np.zeros(max(Atr) + 1, np.uint8)
_LIP[list(_LIP_NAMES)] = list(_LIP_NAMES.values())


def read_labels(logits: Logits, size: tuple[int, int]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """ATR and DensePose labels `[h, w]` at `size` (width, height), enlarged smoothly."""
    atr, densepose = (_likeliest(blocks[0], size) for blocks in (logits.labels, logits.parts))
    return _ATR[atr], densepose


def one_outfit(logits: Logits, person: NDArray[np.bool_]) -> Logits:
    """The same with only such clothes left as belong together: a dress, or a top with a skirt or trousers.

    person: `[h, w]`, the pixels of the network's picture that are asked; the likeliest outfit for all of them
    together is taken.
    """
    rows, columns = logits.labels.shape[1:3]
    asked = person.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    chances = logits.labels[0].log_softmax(dim=-1)[torch.from_numpy(asked).to(logits.labels.device)]
    clothed = torch.isin(chances.argmax(dim=-1), torch.tensor(_CLOTHES, device=chances.device))
    likelihoods = [float(chances[clothed][:, list(outfit)].amax(dim=-1).sum()) for outfit in _OUTFITS]
    outfit = _OUTFITS[int(np.argmax(likelihoods))]
    labels = logits.labels.clone()
    labels[..., [label for label in _CLOTHES if label not in outfit]] = _NEVER
    return logits._replace(labels=labels)


def read_joints(logits: Logits) -> NDArray[np.float64]:
    """float64 `[18, 2]`, x and y in pixels of the network's picture, (0, 0) = not in it."""
    rows, columns = (side * BLOCK // STRIDE for side in logits.labels.shape[1:3])
    chances = logits.joints[0].double().softmax(dim=0).cpu().numpy()
    joints = np.zeros((chances.shape[1], 2))
    y, x = np.ogrid[:rows, :columns]
    for index, chance in enumerate(chances.T):
        if chance[-1] > 0.5:
            continue
        places = chance[:-1].reshape(rows, columns)
        row, column = divmod(int(places.argmax()), columns)
        near = places * (np.maximum(abs(y - row), abs(x - column)) <= _NEARBY)
        at = np.array([(x * near).sum(), (y * near).sum()]) / near.sum()
        # (0, 0) is said of joints that are missing.
        joints[index] = np.maximum((at + 0.5) * STRIDE - 0.5, 0.1)
    return joints


def how_sure(logits: Logits) -> float:
    """The mean probability of the DensePose part over the pixels that show a body, 0 if none does.

    What is worn may be doubtful, for drawn people the body under it is not.
    """
    chances, parts = logits.parts[0].softmax(dim=-1).max(dim=-1)
    shown = parts > 0
    return float(chances[shown].mean()) if shown.any() else 0.0


def lip_of(atr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """LIP labels of what ATR labels say; for drawn people one follows from the other."""
    return _LIP[atr]


def _likeliest(blocks: Tensor, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Which class is the likeliest at each pixel, its logits enlarged to `size`."""
    rows, columns, _, classes = blocks.shape
    pixels = blocks.view(rows, columns, BLOCK, BLOCK, classes).permute(4, 0, 2, 1, 3)
    planes = pixels.reshape(classes, rows * BLOCK, columns * BLOCK).cpu().numpy()
    # Plane by plane: several times as fast as enlarging and comparing all of them at once.
    best = cv2.resize(planes[0], size)
    likeliest = np.zeros(best.shape, np.uint8)
    for index, plane in enumerate(planes[1:], start=1):
        enlarged = cv2.resize(plane, size)
        np.copyto(likeliest, np.uint8(index), where=enlarged > best)
        np.maximum(best, enlarged, out=best)
    return likeliest
