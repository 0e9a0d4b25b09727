"""Which of the people in a photo is meant, and whether they can be worked on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import BackView, PersonNotFound, PersonTooSmall, PhotoTooDark
from leffa.masks.labels import Atr

Box = tuple[float, float, float, float]

# DensePose parts.
TORSO_BACK, TORSO_FRONT = 1, 2
# A person at the photo's edge counts half of what they would in the middle.
EDGE_WEIGHT = 0.5
# Pixels of the photo that a person has to be tall or wide; the picture made of them is 1024 tall.
SMALLEST_PERSON = 160
# Of 255: not even the brightest tenth of the person reaches it.
DARKEST = 48
# So much more of the back than of the chest has to be seen.
BACK_SHARE = 2.0


def choose_person(boxes: NDArray[np.float32], width: int) -> int:
    """The index of the largest central one of `boxes` `[n, 4]` (x1, y1, x2, y2) in a photo of this width.

    Raises `PersonNotFound` if there is none.
    """
    if not len(boxes):
        raise PersonNotFound("nobody was found in the photo; use one that shows a whole person")
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    off_centre = np.abs((boxes[:, 0] + boxes[:, 2]) / width - 1)
    return int(np.argmax(area * (1 - EDGE_WEIGHT * off_centre)))


def check_person(photo: Image.Image, box: Box, smallest: int = SMALLEST_PERSON) -> None:
    """Raises `PersonTooSmall` or `PhotoTooDark` where no good picture could come out.

    smallest: pixels of the photo that a person has to be tall or wide.
    """
    left, top, right, bottom = box
    size = max(right - left, bottom - top)
    if size < smallest:
        raise PersonTooSmall(
            f"the person is only {size:.0f} pixels tall, {smallest} are needed; "
            "go nearer, or use a larger photo"
        )
    light = np.asarray(photo.crop((int(left), int(top), int(right), int(bottom))).convert("L"))
    if np.percentile(light, 90) < DARKEST:
        raise PhotoTooDark("the person is too dark to be seen; use a photo with more light")


def check_front(atr: NDArray[np.uint8], densepose: NDArray[np.uint8]) -> None:
    """Raises `BackView` where the back is seen and no face is: garments are shown from the front.

    atr, densepose: labels of the person alone, each of any size.
    """
    back, front = np.count_nonzero(densepose == TORSO_BACK), np.count_nonzero(densepose == TORSO_FRONT)
    if back > BACK_SHARE * front and not (atr == Atr.FACE).any():
        raise BackView("the person is seen from behind; use a photo from the front")
