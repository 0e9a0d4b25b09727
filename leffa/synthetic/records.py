"""What the renderer hands out: people, garments, and pairs with exact ground truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leffa.maps import PersonMaps
from leffa.synthetic.surface import SurfaceMap

SIZE = (192, 256)
GARMENT_TYPES = ("upper_body", "lower_body", "dresses")


@dataclass(frozen=True)
class RenderedGarment:
    """A garment lying flat on a near-white ground.

    image: uint8 RGB `[h, w, 3]`. mask: bool `[h, w]`, the garment's pixels. design: what is on the cloth
    ("stripes", "letters", ...).
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    garment_type: str
    design: str


@dataclass(frozen=True)
class RenderedPerson:
    """A person photo with everything that is known about it.

    image: uint8 RGB `[h, w, 3]`. maps: label maps, DensePose and keypoints of the same size.
    garment: the flat photo of the one worn garment that `garment_flow` points into.
    garment_flow: float32 `[h, w, 2]`, x and y in pixels of `garment.image` for each visible pixel
    of that garment on the person, NaN elsewhere. surfaces: what each pixel of the person shows.
    """

    image: NDArray[np.uint8]
    maps: PersonMaps
    garment: RenderedGarment
    garment_flow: NDArray[np.float32]
    surfaces: SurfaceMap


@dataclass(frozen=True)
class Pair:
    """A try-on sample: `target` is `person`, same pose and background, wearing `garment`."""

    person: RenderedPerson
    garment: RenderedGarment
    target: RenderedPerson
    garment_type: str
    seed: int


@dataclass(frozen=True)
class PosePair:
    """A pose transfer sample: the same person in the same clothes in two poses."""

    source: RenderedPerson
    target: RenderedPerson
    seed: int

    def flow(self) -> NDArray[np.float32]:
        """Which pixel of `source.image` (x, y) shows what each pixel of the person in `target.image` does:
        the same point of cloth, or of the body seen from the same side. `[h, w, 2]`, NaN elsewhere."""
        return self.target.surfaces.points_in(self.source.surfaces)
