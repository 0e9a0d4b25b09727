"""From what a caller holds to what the rules read, with every check on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import MapsInvalid
from leffa.maps import MAX_SIDE, NUM_KEYPOINTS
from leffa.masks.labels import LabelMap

LabelInput = Image.Image | NDArray[np.uint8]
KeypointList = Sequence[float] | Sequence[Sequence[float]]
KeypointInput = NDArray[np.float64] | Mapping[str, KeypointList]

# Far outside of any picture, but small enough for the drawing library.
LARGEST_COORDINATE = 4 * MAX_SIDE


def label_map(value: LabelInput, name: str, largest: int) -> LabelMap:
    """uint8 `[h, w]` of a palette or grey picture, or of an array of whole numbers.

    Raises `MapsInvalid` for another mode, shape or type, and for labels above `largest`.
    """
    if isinstance(value, Image.Image) and value.mode not in ("P", "L"):
        raise MapsInvalid(f"{name} must be a palette or grey picture, got mode {value.mode}")
    labels = np.asarray(value)
    if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.integer):
        raise MapsInvalid(f"{name} must be uint8 [h, w], got {labels.dtype} {labels.shape}")
    if not all(1 <= side <= MAX_SIDE for side in labels.shape):
        raise MapsInvalid(f"{name} must have sides of 1 to {MAX_SIDE} pixels, got {labels.shape}")
    if int(labels.min()) < 0 or int(labels.max()) > largest:
        raise MapsInvalid(f"{name} holds labels {labels.min()} to {labels.max()}, allowed are 0 to {largest}")
    return labels.astype(np.uint8)


def keypoint_array(value: KeypointInput | KeypointList) -> NDArray[np.float64]:
    """float64 `[18, 2]` of an array, or of the published `{"pose_keypoints_2d": list}`, flat or in pairs.

    Raises `MapsInvalid` unless there are 18 pairs of finite numbers in reach of a picture.
    """
    if isinstance(value, Mapping):
        if "pose_keypoints_2d" not in value:
            raise MapsInvalid("keypoints given as a mapping need the key pose_keypoints_2d")
        value = value["pose_keypoints_2d"]
    try:
        points = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise MapsInvalid(f"keypoints must be numbers: {error}") from error
    if points.shape not in ((NUM_KEYPOINTS, 2), (NUM_KEYPOINTS * 2,)):
        raise MapsInvalid(f"keypoints must be {NUM_KEYPOINTS} pairs, got shape {points.shape}")
    if not np.isfinite(points).all() or np.abs(points).max() > LARGEST_COORDINATE:
        raise MapsInvalid(f"keypoints must be finite and within {LARGEST_COORDINATE} pixels")
    return points.reshape(NUM_KEYPOINTS, 2)
