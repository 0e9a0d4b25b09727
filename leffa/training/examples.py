"""Training examples of the mini model, from synthetic pairs, through the very code that dresses a member.

The person photo is masked and framed as at inference; the answer is the ground truth inside the mask and
the photo's own pixels outside it, which the model may not change anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import control_picture
from leffa.framing import Frame
from leffa.masks import mask_for
from leffa.pictures import resize_and_center
from leffa.presets import MINI
from leffa.synthetic import sample_pair

RENDER_SIZE = (288, 384)


@dataclass(frozen=True)
class Example:
    """Pictures of the work size, uint8: RGB `[h, w, 3]`, the mask `[h, w]` in {0, 1}."""

    source: NDArray[np.uint8]
    target: NDArray[np.uint8]
    garment: NDArray[np.uint8]
    densepose: NDArray[np.uint8]
    mask: NDArray[np.uint8]


def make_example(seed: int) -> Example:
    """The example of one seed. Raises `MaskEmpty` where nothing of the garment is in the frame."""
    assert MINI.frame_margin is not None
    pair = sample_pair(seed, RENDER_SIZE)
    photo, answer = Image.fromarray(pair.person.image), Image.fromarray(pair.target.image)
    on_photo = mask_for(pair.person.maps, pair.garment_type, MINI.model, rule=MINI.mask_rule)
    frame = Frame.around(on_photo, MINI.work_size, margin=MINI.frame_margin)
    mask = (np.asarray(frame.mask(on_photo)) >= 128).astype(np.uint8)
    source, truth = np.asarray(frame.photo(photo)), np.asarray(frame.photo(answer))
    return Example(
        source=source,
        target=np.where(mask[..., None] == 1, truth, source),
        garment=np.asarray(resize_and_center(Image.fromarray(pair.garment.image), *MINI.work_size)),
        densepose=np.asarray(control_picture(frame.labels(pair.person.maps.densepose), MINI.model)),
        mask=mask,
    )
