"""A member's photo into the frame that the model works on, and the result back into the photo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from leffa.errors import OptionInvalid
from leffa.pictures.colours import WHITE, flatten
from leffa.pictures.repaint import seam_width


def resize_and_center(image: Image.Image, width: int, height: int) -> Image.Image:
    """`image` at its own aspect, centred on a white RGB picture of `width` x `height` pixels.

    Published behaviour: OpenCV bicubic, also when shrinking; RGBA loses its alpha without
    compositing, so `flatten` it first unless its hidden colours are wanted. The published code
    mangles or refuses every mode but RGB, RGBA and L, and pictures too thin for one pixel of
    the frame; here those modes become RGB on white first, and one pixel is the least.

    Raises `OptionInvalid` if a size is not positive.
    """
    return Fit(image.size, (width, height)).apply(image)


@dataclass(frozen=True)
class Fit:
    """Where a photo of `photo_size` lies in the frame of `work_size`; (width, height) in pixels."""

    photo_size: tuple[int, int]
    work_size: tuple[int, int]

    def __post_init__(self) -> None:
        if min(self.photo_size + self.work_size) < 1:
            raise OptionInvalid(f"no picture of {self.photo_size} fits a frame of {self.work_size}")

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the photo in the frame; around it lies white padding."""
        (width, height), (work_width, work_height) = self.photo_size, self.work_size
        scale = min(work_height / height, work_width / width)
        # Truncation may lose a pixel of an exact fit, as in the published code.
        inner_width = max(1, int(width * scale))
        inner_height = max(1, int(height * scale))
        left = (work_width - inner_width) // 2
        top = (work_height - inner_height) // 2
        return left, top, left + inner_width, top + inner_height

    def apply(self, photo: Image.Image) -> Image.Image:
        """The RGB frame with `photo` in it (see `resize_and_center`)."""
        _check_size("photo", photo, self.photo_size)
        rgb = photo.convert("RGB") if photo.mode in ("RGBA", "L") else flatten(photo)
        left, top, right, bottom = self.box
        inner = cv2.resize(np.asarray(rgb), (right - left, bottom - top), interpolation=cv2.INTER_CUBIC)
        frame = Image.new("RGB", self.work_size, WHITE)
        frame.paste(Image.fromarray(inner.astype(np.uint8, copy=False)), (left, top))
        return frame

    def restore(self, result: Image.Image) -> Image.Image:
        """The whole photo area of a frame, at the photo's size, without padding. RGB."""
        _check_size("result", result, self.work_size)
        inner = result.convert("RGB").crop(self.box)
        return inner.resize(self.photo_size, Image.Resampling.LANCZOS)

    def paste_back(
        self, photo: Image.Image, result: Image.Image, mask: Image.Image, *, feather: int | None = None
    ) -> Image.Image:
        """`photo` with the masked area taken from `result`; RGB of the photo's size.

        `result` and `mask` have the work size; the mask is white (>= 128) where repainted. Over the
        outermost `feather` pixels of the mask (in the frame; default `seam_width`) the photo fades
        into the result. A photo pixel that is not wholly masked keeps its value to the bit.

        Raises `OptionInvalid` if a size is wrong or `feather` negative.
        """
        _check_size("photo", photo, self.photo_size)
        _check_size("mask", mask, self.work_size)
        feather = seam_width(self.work_size[1]) if feather is None else feather
        if feather < 0:
            raise OptionInvalid(f"feather must not be negative, got {feather}")
        # Cropped before the ramp is made: where the photo ends there is no seam.
        inside = np.asarray(mask.convert("L").crop(self.box)) >= 128
        share = self._wholly(inside)
        if feather:
            ramp = Image.fromarray(_ramp(inside, feather))
            share = ImageChops.darker(share, ramp.resize(self.photo_size, Image.Resampling.BILINEAR))
        pasted = flatten(photo).copy()
        pasted.paste(self.restore(result), mask=share)
        return pasted

    def _wholly(self, inside: NDArray[np.bool_]) -> Image.Image:
        """255 for the photo's pixels whose every part lies inside, also where it is smaller, else 0."""
        area = Image.fromarray(inside.astype(np.uint8) * np.uint8(255))
        mean = area.resize(self.photo_size, Image.Resampling.BOX)
        centre = area.resize(self.photo_size, Image.Resampling.NEAREST)
        return ImageChops.darker(mean, centre).point(lambda value: 255 if value == 255 else 0)


def _ramp(inside: NDArray[np.bool_], feather: int) -> NDArray[np.uint8]:
    """How much of the result shows: 0 outside and on the mask's outermost pixels, rising to 255."""
    if inside.all():
        return np.full(inside.shape, 255, dtype=np.uint8)
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Depth 1 is a pixel next to the outside: zero there, so that interpolation cannot leak out.
    linear = np.clip((depth - 1) / feather, 0, 1)
    smooth = linear * linear * (3 - 2 * linear)
    return np.asarray(np.round(smooth * 255), dtype=np.uint8)


def _check_size(name: str, picture: Image.Image, size: tuple[int, int]) -> None:
    if picture.size != size:
        raise OptionInvalid(f"the {name} must have {size[0]} x {size[1]} pixels, got {picture.size}")
