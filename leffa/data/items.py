"""Items of a data set: what one picture is made from, opened when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import control_picture
from leffa.data.files import read_iuv, read_json, read_labels, read_mask, read_picture
from leffa.errors import DataMissing, DataUnreadable, MapsInvalid
from leffa.maps import NUM_KEYPOINTS
from leffa.masks import agnostic_mask
from leffa.masks.labels import DENSE_LARGEST, Atr, Lip, where_named

# What the label maps call a garment of each type; a dress is sometimes taken for a top and a skirt.
_GARMENTS = {
    "upper_body": ("UPPER", "DRESS", "COAT", "JUMPSUIT"),
    "lower_body": ("SKIRT", "PANTS"),
    "dresses": ("DRESS", "UPPER", "SKIRT", "JUMPSUIT"),
}


@dataclass(frozen=True)
class TryOnItem:
    """person, garment, densepose: RGB, mask: L, white where to repaint; of the files' own sizes.

    In a paired data set the person wears the garment already, and is the truth as well.
    densepose: the control picture of the model trained on this data (`leffa.control`).
    """

    name: str
    garment_name: str
    garment_type: str
    person: Image.Image
    garment: Image.Image
    mask: Image.Image
    densepose: Image.Image


@dataclass(frozen=True)
class Made:
    """A mask that the data set does not bring: made by the published DressCode rule."""

    parse: Path
    keypoints: Path


@dataclass(frozen=True)
class TryOnFiles:
    """Where an item lies. densepose: "picture" is one already, "parts" are labels 0..24.

    parse: the person's label map and what its numbers mean, which only training looks at.
    """

    person: Path
    garment: Path
    mask: Path | Made
    densepose: Path
    densepose_is: Literal["picture", "parts"]
    garment_type: str
    parse: tuple[Path, type[Atr] | type[Lip]] | None = None

    def read(self) -> TryOnItem:
        """Raises `DataMissing` or `DataUnreadable`, which name the file."""
        if self.densepose_is == "picture":
            densepose = read_picture(self.densepose)
        else:
            densepose = control_picture(read_labels(self.densepose, DENSE_LARGEST), "dress_code")
        return TryOnItem(
            name=self.person.stem,
            garment_name=self.garment.stem,
            garment_type=self.garment_type,
            person=read_picture(self.person),
            garment=read_picture(self.garment),
            mask=read_mask(self.mask) if isinstance(self.mask, Path) else self._make(self.mask),
            densepose=densepose,
        )

    def read_garment_region(self) -> Image.Image:
        """L, white where the person's label map sees a garment of this item's type.

        Raises `DataMissing`, also for data without label maps, or `DataUnreadable`.
        """
        if self.parse is None:
            raise DataMissing(f"there is no label map of {self.person}")
        path, table = self.parse
        seen = where_named(read_labels(path, max(table)), table, _GARMENTS[self.garment_type])
        return Image.fromarray(np.where(seen, np.uint8(255), np.uint8(0)))

    def _make(self, mask: Made) -> Image.Image:
        parse = read_labels(mask.parse, max(Atr))
        try:
            return agnostic_mask(parse, _keypoints(mask.keypoints), self.garment_type, "dress_code")
        except MapsInvalid as error:
            raise DataUnreadable(f"{mask.keypoints}: {error}") from error


@dataclass(frozen=True)
class TryOnData(Sequence[TryOnItem]):
    """Try-on items by number. paired: the person wears the garment already."""

    files: tuple[TryOnFiles, ...]
    paired: bool

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> TryOnItem:  # type: ignore[override]  # no slices: they would read
        return self.files[index].read()


@dataclass(frozen=True)
class PoseItem:
    """A person in two poses, RGB: `reference` brings the looks, `target` the pose and the truth.

    densepose: the target's, (U, V, part index) as the transform "pose_transfer" takes it. foreground: bool
    `[h, w]`, where the target's DensePose sees a person.
    """

    name: str
    reference: Image.Image
    target: Image.Image
    densepose: Image.Image
    foreground: NDArray[np.bool_]


@dataclass(frozen=True)
class PoseFiles:
    """Where a pair lies. name: of the result, as the published tables call it."""

    name: str
    reference: Path
    target: Path
    densepose: Path

    def read(self) -> PoseItem:
        """Raises `DataMissing` or `DataUnreadable`, which name the file."""
        parts, uv = read_iuv(self.densepose)
        return PoseItem(
            name=self.name,
            reference=read_picture(self.reference),
            target=read_picture(self.target),
            densepose=control_picture(parts, "deep_fashion", uv),
            foreground=parts > 0,
        )


@dataclass(frozen=True)
class PoseData(Sequence[PoseItem]):
    """Pose transfer items by number."""

    files: tuple[PoseFiles, ...]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> PoseItem:  # type: ignore[override]  # no slices: they would read
        return self.files[index].read()


def _keypoints(path: Path) -> NDArray[np.float64]:
    """DressCode's `{"keypoints": 18 x [x, y, ...]}` in the 384x512 frame; a negative one is missing."""
    content = read_json(path)
    try:
        points = np.asarray([row[:2] for row in content["keypoints"]], dtype=np.float64)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataUnreadable(f"{path} holds no keypoints: {error}") from error
    if points.shape != (NUM_KEYPOINTS, 2):
        raise DataUnreadable(f"{path} holds {len(points)} keypoints, {NUM_KEYPOINTS} are expected")
    return np.where((points < 0).any(axis=1, keepdims=True), 0.0, points)
