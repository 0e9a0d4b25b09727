"""Training examples of the mini model, from synthetic pairs, through the very code that dresses a member.

The person photo is masked and framed as at inference; the answer is the ground truth inside the mask and
the photo's own pixels outside it, which the model may not change anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.dressing import Inputs, Options, prepare_try_on
from leffa.framing import Frame
from leffa.presets import MINI
from leffa.synthetic import sample_pair

STRIDE = 4  # pixels per latent of the mini model


@dataclass(frozen=True)
class Example:
    """Pictures of the work size, uint8: RGB `[h, w, 3]`, the mask `[h, w]` in {0, 1}.

    flow: float32 `[h / 4, w / 4, 2]`, which point of `garment` (shares 0..1 of its width and height) the
    target shows in the middle of each 4x4 block inside the mask; NaN where it shows something else.
    """

    source: NDArray[np.uint8]
    target: NDArray[np.uint8]
    garment: NDArray[np.uint8]
    densepose: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    flow: NDArray[np.float32]


def make_example(seed: int) -> Example:
    """The example of one seed. Raises `MaskEmpty` where nothing of the garment is in the frame."""
    pair = sample_pair(seed)
    inputs = prepare_try_on(
        MINI,
        Image.fromarray(pair.person.image),
        pair.person.maps,
        Image.fromarray(pair.garment.image),
        Options(garment_type=pair.garment_type),
    )
    mask = (np.asarray(inputs.mask) >= 128).astype(np.uint8)
    source = np.asarray(inputs.source)
    truth = np.asarray(inputs.frame.photo(Image.fromarray(pair.target.image)))
    return Example(
        source=source,
        target=np.where(mask[..., None] == 1, truth, source),
        garment=np.asarray(inputs.reference),
        densepose=np.asarray(inputs.densepose),
        mask=mask,
        flow=_flow(inputs, mask, pair.target.garment_flow),
    )


def _flow(inputs: Inputs, mask: NDArray[np.uint8], on_photo: NDArray[np.float32]) -> NDArray[np.float32]:
    """`on_photo` (pixels of the garment photo by pixel of the person photo) between the two frames."""
    height, width = mask.shape
    frame, garment = inputs.frame, Frame.whole(on_photo.shape[1::-1], MINI.work_size)
    left, top, right, bottom = frame.fit.box
    x0, y0, x1, y1 = frame.box
    at_y, at_x = np.mgrid[STRIDE / 2 : height : STRIDE, STRIDE / 2 : width : STRIDE]
    photo_x = np.clip(x0 + (at_x - left) * (x1 - x0) / (right - left), x0, x1 - 1).astype(int)
    photo_y = np.clip(y0 + (at_y - top) * (y1 - y0) / (bottom - top), y0, y1 - 1).astype(int)
    left, top, right, bottom = garment.fit.box
    scale = np.array([right - left, bottom - top]) / on_photo.shape[1::-1]
    flow = (on_photo[photo_y, photo_x] * scale + (left, top)) / (width, height)
    inside = mask[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE] == 1
    return np.where(inside[..., None], flow, np.nan).astype(np.float32)
