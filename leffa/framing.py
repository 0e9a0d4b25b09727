"""The part of a photo that the model works on: the whole photo, or a box around what is repainted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import MaskEmpty
from leffa.maps import PersonMaps
from leffa.pictures import Fit, flatten
from leffa.pictures.colours import WHITE

Box = tuple[int, int, int, int]
Sides = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """`box` (left, top, right, bottom) of a photo, fitted and centred into `work_size` (width, height).

    smooth: shrink without aliasing; the published way (OpenCV's bicubic) skips pixels instead.
    """

    box: Box
    work_size: tuple[int, int]
    smooth: bool = False

    @classmethod
    def whole(cls, photo_size: tuple[int, int], work_size: tuple[int, int], *, smooth: bool = False) -> Frame:
        """The whole photo."""
        return cls((0, 0, *photo_size), work_size, smooth)

    @classmethod
    def around(
        cls, mask: Image.Image, work_size: tuple[int, int], *, margin: float, smooth: bool = False
    ) -> Frame:
        """`around_box` of the masked area. Raises `MaskEmpty` for a mask without a white pixel."""
        bounds = mask.point(lambda value: 255 if value >= 128 else 0).getbbox()
        if bounds is None:
            raise MaskEmpty("there is nothing to repaint in this photo")
        return cls.around_box(bounds, mask.size, work_size, margin=margin, smooth=smooth)

    @classmethod
    def around_box(
        cls,
        box: Sides,
        photo_size: tuple[int, int],
        work_size: tuple[int, int],
        *,
        margin: float,
        smooth: bool = False,
    ) -> Frame:
        """`box` and `margin` (a share of its longer side) around it, at the work aspect if it fits."""
        left, top, right, bottom = box
        space = margin * max(right - left, bottom - top)
        width, height = right - left + 2 * space, bottom - top + 2 * space
        aspect = work_size[0] / work_size[1]
        width, height = max(width, height * aspect), max(height, width / aspect)
        x0, x1 = _inside((left + right) / 2, width, photo_size[0])
        y0, y1 = _inside((top + bottom) / 2, height, photo_size[1])
        return cls((x0, y0, x1, y1), work_size, smooth)

    @property
    def fit(self) -> Fit:
        left, top, right, bottom = self.box
        return Fit((right - left, bottom - top), self.work_size)

    def photo(self, photo: Image.Image) -> Image.Image:
        """The framed part of the photo at the work size, RGB, white where the photo ends."""
        part = photo.crop(self.box)
        if not self.smooth:
            return self.fit.apply(part)
        left, top, right, bottom = self.fit.box
        framed = Image.new("RGB", self.work_size, WHITE)
        inner = flatten(part).resize((right - left, bottom - top), Image.Resampling.LANCZOS)
        framed.paste(inner, (left, top))
        return framed

    def mask(self, mask: Image.Image) -> Image.Image:
        """The framed part of a mask (L) of the photo's size, black where the photo ends."""
        left, top, right, bottom = self.fit.box
        framed = Image.new("L", self.work_size, 0)
        inner = mask.crop(self.box).resize((right - left, bottom - top))
        framed.paste(inner, (left, top))
        return framed

    def mask_on_photo(self, mask: Image.Image, photo_size: tuple[int, int]) -> Image.Image:
        """The way back: a mask (L) of the work size on a photo, black beyond the frame."""
        x0, y0, x1, y1 = self.box
        whole = Image.new("L", photo_size, 0)
        whole.paste(mask.crop(self.fit.box).resize((x1 - x0, y1 - y0)), (x0, y0))
        return whole

    def box_on_photo(self, box: Sides) -> Sides:
        """A box (left, top, right, bottom) of the work size, in pixels of the photo, cut at the frame."""
        left, top, right, bottom = self.fit.box
        x0, y0, x1, y1 = self.box
        across, down = (x1 - x0) / (right - left), (y1 - y0) / (bottom - top)
        return (
            min(max(x0 + (box[0] - left) * across, x0), x1),
            min(max(y0 + (box[1] - top) * down, y0), y1),
            min(max(x0 + (box[2] - left) * across, x0), x1),
            min(max(y0 + (box[3] - top) * down, y0), y1),
        )

    def labels(self, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The framed part of a label map `[h, w]` or `[h, w, c]`, 0 where the photo ends."""
        x0, y0, x1, y1 = self.box
        left, top, right, bottom = self.fit.box
        size = (right - left, bottom - top)
        inner = cv2.resize(labels[y0:y1, x0:x1], size, interpolation=cv2.INTER_NEAREST)
        framed = np.zeros((self.work_size[1], self.work_size[0], *labels.shape[2:]), np.uint8)
        framed[top:bottom, left:right] = inner
        return framed

    def maps(self, maps: PersonMaps) -> PersonMaps:
        """The framed part of a person's maps; a keypoint that leaves the frame becomes missing."""
        left, top, right, bottom = self.fit.box
        x0, y0, x1, y1 = self.box
        scale = np.array([(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)])
        moved = (maps.keypoints - (x0, y0)) * scale + (left, top)
        known = (
            (maps.keypoints > 0).any(axis=1) & (moved >= 0).all(axis=1) & (moved < self.work_size).all(axis=1)
        )
        return PersonMaps(
            atr=self.labels(maps.atr),
            lip=self.labels(maps.lip),
            densepose=self.labels(maps.densepose),
            densepose_uv=self.labels(maps.densepose_uv),
            keypoints=np.where(known[:, None], moved, 0.0),
        )

    def put_back(
        self, photo: Image.Image, result: Image.Image, mask: Image.Image, *, repaint: bool
    ) -> Image.Image:
        """`photo` with `result` (of the work size) in the frame's place, RGB, at the photo's own size.

        repaint: only inside `mask` (of the work size), every other pixel stays as it was; otherwise
        all of the frame is replaced, blended where the photo goes on beyond it.
        """
        part = photo.crop(self.box)
        if repaint:
            new = self.fit.paste_back(part, result, mask)
        elif self.box == (0, 0, *photo.size):
            new = self.fit.restore(result)
        else:
            new = self.fit.paste_back(part, result, _all_but_the_border(self.work_size))
        restored = photo.convert("RGB")
        restored.paste(new, self.box[:2])
        return restored


def _all_but_the_border(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    mask.paste(255, (1, 1, size[0] - 1, size[1] - 1))
    return mask


def _inside(centre: float, length: float, limit: int) -> tuple[int, int]:
    """A range of about `length` around `centre`, moved and if need be cut to lie in 0..limit."""
    span = min(round(length), limit)
    start = min(max(round(centre - span / 2), 0), limit - span)
    return start, start + span
