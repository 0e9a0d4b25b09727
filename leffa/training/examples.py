"""Training examples of the mini model, from synthetic pairs, through the very code that dresses a member.

The person photo is masked and framed as at inference; the answer is the ground truth inside the mask and
the photo's own pixels outside it, which the model may not change anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.dressing import Options, prepare_try_on
from leffa.loss.truth import true_places
from leffa.presets import MINI
from leffa.synthetic import sample_pair

STRIDE = 4  # pixels per latent of the mini model


@dataclass(frozen=True)
class Example:
    """Pictures of the work size, uint8: RGB `[h, w, 3]`, the mask `[h, w]` in {0, 1}.

    region: `[h, w]` in {0, 1}, where the target shows the garment, inside the mask.
    flow: float32 `[h / 4, w / 4, 2]`, which point of `garment` (shares 0..1 of its width and height) the
    target shows in the middle of each 4x4 block inside the mask; NaN where it shows something else.
    """

    source: NDArray[np.uint8]
    target: NDArray[np.uint8]
    garment: NDArray[np.uint8]
    densepose: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    region: NDArray[np.uint8]
    flow: NDArray[np.float32]


def make_example(seed: int, size: tuple[int, int] = MINI.work_size) -> Example:
    """The example of one seed. Raises `MaskEmpty` where nothing of the garment is in the frame."""
    pair = sample_pair(seed)
    inputs = prepare_try_on(
        replace(MINI, work_size=size),
        Image.fromarray(pair.person.image),
        pair.person.maps,
        Image.fromarray(pair.garment.image),
        Options(garment_type=pair.garment_type),
    )
    mask = (np.asarray(inputs.mask) >= 128).astype(np.uint8)
    source = np.asarray(inputs.source)
    truth = np.asarray(inputs.frame.photo(Image.fromarray(pair.target.image)))
    places = true_places(inputs.frame, inputs.mask, pair.target.garment_flow, 1)
    return Example(
        source=source,
        target=np.where(mask[..., None] == 1, truth, source),
        garment=np.asarray(inputs.reference),
        densepose=np.asarray(inputs.densepose),
        mask=mask,
        region=np.asarray(np.isfinite(places).all(axis=-1), np.uint8),
        flow=true_places(inputs.frame, inputs.mask, pair.target.garment_flow, STRIDE),
    )
