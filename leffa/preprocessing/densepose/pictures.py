"""Pictures of people's charts, byte for byte as the published code draws them.

Published, a picture shows one person, and which one depends on the picture: `predict_seg` the "last" (least
certain), `predict_iuv` the "first". Here it is the first in both, unless asked for. Nobody gives black.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import control_picture
from leffa.errors import OptionInvalid
from leffa.preprocessing.densepose.charts import PersonChart, UVScaling, whole
from leffa.preprocessing.densepose.predictor import DensePose

Instance = Literal["first", "last"] | int
_MASK_PATH_SIDE = 1024
_MASK_PATH_THRESHOLD = 0.8


def predict_seg(
    charts: Sequence[PersonChart], size: tuple[int, int], *, instance: Instance = "first"
) -> NDArray[np.uint8]:
    """One colour per part on black, **BGR** `[h, w, 3]`; `size` is the photo's (width, height).

    Raises `OptionInvalid` where there are people but not this one.
    """
    labels, _ = _canvas(charts, size, instance, "joint")
    return np.ascontiguousarray(np.asarray(control_picture(labels, "viton_hd"))[..., ::-1])


def predict_iuv(
    charts: Sequence[PersonChart],
    size: tuple[int, int],
    *,
    instance: Instance = "first",
    scaling: UVScaling = "joint",
) -> NDArray[np.uint8]:
    """Part, V and U, in this order, `[h, w, 3]`; `scaling` is that of `whole`. Raises like `predict_seg`."""
    labels, uv = _canvas(charts, size, instance, scaling)
    return np.ascontiguousarray(np.asarray(control_picture(labels, "deep_fashion", uv))[..., ::-1])


def mask_path_labels(densepose: DensePose, picture: Image.Image) -> NDArray[np.uint8]:
    """Parts `[h, w]` of the most certain person, as the published mask path (`AutoMasker`) sees `picture`.

    It looks at an RGB picture shrunk to 1024 pixels along its longer side, fed as BGR, and believes scores
    above 0.8 only. Nobody gives zeros.
    """
    longest = max(picture.size)
    factor = min(1.0, _MASK_PATH_SIDE / longest)
    size = (max(1, int(picture.width * factor)), max(1, int(picture.height * factor)))
    pixels = np.asarray(picture.convert("RGB"))
    seen = (
        Image.fromarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)) if factor < 1 else picture
    )
    detections = densepose.detect(seen, threshold=_MASK_PATH_THRESHOLD)
    labels, _ = _canvas(densepose.read(detections, range(len(detections))[:1]), size, "first", "joint")
    return np.asarray(Image.fromarray(labels).resize(picture.size, Image.Resampling.NEAREST))


def _canvas(
    charts: Sequence[PersonChart], size: tuple[int, int], instance: Instance, scaling: UVScaling
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Labels `[h, w]` and U, V `[h, w, 2]` of the chosen person; zeros where there is nobody at all."""
    if not charts:
        width, height = size
        return np.zeros((height, width), np.uint8), np.zeros((height, width, 2), np.uint8)
    match instance:
        case "first":
            index = 0
        case "last":
            index = len(charts) - 1
        case _:
            index = instance
    if not 0 <= index < len(charts):
        raise OptionInvalid(f"there is no person {instance}, {len(charts)} were found")
    return whole(charts[index], size, scaling=scaling)
