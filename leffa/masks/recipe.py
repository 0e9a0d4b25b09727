"""From a person's maps to the mask of the pipeline, by the way of the published demo."""

from __future__ import annotations

import numpy as np
from PIL import Image

from leffa.errors import MaskEmpty
from leffa.maps import PersonMaps
from leffa.masks.agnostic import agnostic_mask

WORK_SIZE = (384, 512)  # (width, height) that both rules see in the demo
INSIDE = 128  # the pipeline's transform counts a grey value / 255 >= 0.5 as inside


def mask_for(
    maps: PersonMaps, garment_type: str, dataset: str = "viton_hd", *, rule: str = "published"
) -> Image.Image:
    """The mask at the size of the photo, an `L` picture with soft edges that the pipeline cuts at 0.5.

    The parse goes to 384x512 by nearest neighbour, the keypoints go along, the mask comes back by Pillow's
    default (bicubic). The photo should be 3:4 already, or it is stretched on the way, like in the demo.
    For `garment_type`, `dataset`, `rule` and the errors see `agnostic_mask`.
    """
    parse = Image.fromarray(maps.atr).resize(WORK_SIZE, Image.Resampling.NEAREST)
    keypoints = maps.keypoints * (np.array(WORK_SIZE) / np.array(maps.size))
    return agnostic_mask(parse, keypoints, garment_type, dataset, rule=rule).resize(maps.size)


def require_nonempty(mask: Image.Image) -> Image.Image:
    """`mask` itself; raises `MaskEmpty` where nothing of it would be repainted."""
    if (np.asarray(mask) < INSIDE).all():
        raise MaskEmpty("nothing to repaint: no person in the photo, or no such garment in the frame")
    return mask
