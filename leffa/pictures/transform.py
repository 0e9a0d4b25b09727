"""Pictures to the tensors that the model reads, and its output back to pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from PIL import Image

from leffa.errors import OptionInvalid
from leffa.pictures.colours import flatten

Dataset = Literal["virtual_tryon", "pose_transfer"]
Pictures = Image.Image | Sequence[Image.Image]

# What "pose_transfer" divides the three DensePose channels by: U, V, part index.
_DENSEPOSE_RANGES = (255.0, 255.0, 24.0)


class ModelInputs(NamedTuple):
    """Contiguous float32 NCHW tensors of one batch size and, in "virtual_tryon", one height and width."""

    source: torch.Tensor
    """[N, 3, H, W] in [-1, 1]: the person to be repainted."""
    reference: torch.Tensor
    """[N, 3, H, W] in [-1, 1]: the picture whose appearance is carried over."""
    mask: torch.Tensor
    """[N, 1, H, W], 1 = to be repainted, 0 = kept."""
    densepose: torch.Tensor
    """[N, 3, H, W] in [-1, 1]."""


@dataclass(frozen=True)
class LeffaTransform:
    """Published preparation of a batch for a frame of `height` x `width` pixels.

    Both sizes are floored to multiples of 8. All four pictures are resized with Lanczos, a picture
    of the right size is not resampled. With `dataset="pose_transfer"` the DensePose picture is
    (U, V, part index), resized to the unfloored size with nearest, its last channel divided by 24;
    the published demo does not use that, not even for pose transfer.

    Raises `OptionInvalid` for a side below 8.
    """

    height: int = 1024
    width: int = 768
    dataset: Dataset = "virtual_tryon"

    def __post_init__(self) -> None:
        if min(self.height, self.width) < 8:
            raise OptionInvalid(f"the frame must be at least 8 x 8, got {self.height} x {self.width}")

    def __call__(
        self, source: Pictures, reference: Pictures, mask: Pictures, densepose: Pictures
    ) -> ModelInputs:
        """One picture or a sequence of N for each argument; transparency is laid on white.

        Raises `OptionInvalid` if the numbers of pictures differ or are zero.
        """
        batches = [_listed(pictures) for pictures in (source, reference, mask, densepose)]
        if len({len(batch) for batch in batches}) != 1 or not batches[0]:
            raise OptionInvalid(f"numbers of pictures differ or are zero: {[len(b) for b in batches]}")
        sources, references, masks, denseposes = batches
        return ModelInputs(
            source=torch.stack([self._colours(picture) for picture in sources]),
            reference=torch.stack([self._colours(picture) for picture in references]),
            mask=torch.stack([self._mask(picture) for picture in masks]),
            densepose=torch.stack([self._densepose(picture) for picture in denseposes]),
        )

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the tensors, multiples of 8."""
        return self.width // 8 * 8, self.height // 8 * 8

    def _colours(self, picture: Image.Image) -> torch.Tensor:
        return _centred(flatten(picture).resize(self.size, Image.Resampling.LANCZOS), 255.0)

    def _mask(self, picture: Image.Image) -> torch.Tensor:
        grey = picture.convert("L").resize(self.size, Image.Resampling.LANCZOS)
        return torch.from_numpy((np.asarray(grey) >= 128).astype(np.float32))[None]  # 128/255 > 0.5

    def _densepose(self, picture: Image.Image) -> torch.Tensor:
        if self.dataset == "virtual_tryon":
            return self._colours(picture)
        exact = flatten(picture).resize((self.width, self.height), Image.Resampling.NEAREST)
        return _centred(exact, np.array(_DENSEPOSE_RANGES, dtype=np.float32))


def to_pictures(decoded: torch.Tensor) -> list[Image.Image]:
    """N RGB pictures from [N, 3, H, W] in [-1, 1]; clamped, and rounded half to even."""
    unit = (decoded.detach().float() / 2 + 0.5).clamp(0, 1)
    values = (unit.permute(0, 2, 3, 1).cpu().numpy() * 255).round().astype(np.uint8)
    return [Image.fromarray(picture) for picture in values]


def _listed(pictures: Pictures) -> list[Image.Image]:
    return [pictures] if isinstance(pictures, Image.Image) else list(pictures)


def _centred(picture: Image.Image, largest: float | np.ndarray) -> torch.Tensor:
    """[3, H, W]: 0..largest becomes -1..1."""
    values = 2 * (np.asarray(picture).astype(np.float32) / largest) - 1
    return torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)))
