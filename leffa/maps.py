"""What is known about the person in a photo: label maps, DensePose and keypoints.

The preprocessing networks, or the synthetic renderer, make a `PersonMaps`; masks and the
pipeline's control picture are derived from it.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leffa.errors import MapsInvalid

MAX_SIDE = 4096
NUM_KEYPOINTS = 18


@dataclass(frozen=True)
class PersonMaps:
    """Label maps of one person, all of the photo's own size `[h, w]`.

    atr: uint8, ATR ids 0..17, and 18 = neck (`leffa.masks.labels`).
    lip: uint8, LIP ids 0..19.
    densepose: uint8, DensePose part index 0..24 (0 = background).
    densepose_uv: uint8 `[h, w, 2]`, U and V within the part, 0..255.
    keypoints: float64 `[18, 2]`, x and y in pixels of the photo, COCO-18 order, (0, 0) = missing.
    """

    atr: NDArray[np.uint8]
    lip: NDArray[np.uint8]
    densepose: NDArray[np.uint8]
    densepose_uv: NDArray[np.uint8]
    keypoints: NDArray[np.float64]

    def __post_init__(self) -> None:
        h, w = self.atr.shape[:2]
        limits = {"atr": 18, "lip": 19, "densepose": 24}
        for name, largest in limits.items():
            value = getattr(self, name)
            if value.shape != (h, w) or value.dtype != np.uint8:
                raise MapsInvalid(f"{name} must be uint8 [{h}, {w}], got {value.dtype} {value.shape}")
            if value.size and int(value.max()) > largest:
                raise MapsInvalid(f"{name} holds label {int(value.max())}, the largest is {largest}")
        if self.densepose_uv.shape != (h, w, 2) or self.densepose_uv.dtype != np.uint8:
            raise MapsInvalid(f"densepose_uv must be uint8 [{h}, {w}, 2]")
        if self.keypoints.shape != (NUM_KEYPOINTS, 2) or not np.isfinite(self.keypoints).all():
            raise MapsInvalid(f"keypoints must be {NUM_KEYPOINTS} finite pairs")

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), as Pillow counts."""
        h, w = self.atr.shape
        return w, h

    def save(self, path: Path) -> None:
        """Write one compressed `.npz` beside the photo."""
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> PersonMaps:
        """Read what `save` wrote. Never unpickles; sizes are checked from the headers first.

        Raises `MapsInvalid` for anything else than such a file.
        """
        try:
            with np.load(path, allow_pickle=False) as archive:
                for f in fields(cls):
                    _check_header(archive.zip, f.name)
                return cls(**{f.name: archive[f.name] for f in fields(cls)})
        except (KeyError, ValueError, OSError, zipfile.BadZipFile, AttributeError) as error:
            raise MapsInvalid(f"{path.name} is not a file of person maps: {error}") from error


def _check_header(archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        if version != (1, 0):
            raise MapsInvalid(f"{name}: array format {version} is not accepted")
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    if dtype.hasobject or len(shape) > 3 or any(side > MAX_SIDE for side in shape):
        raise MapsInvalid(f"{name}: {dtype} {shape} is not accepted")
