"""A picture into the square that a parsing network sees, and the network's logits back onto the picture.

The published code does both with OpenCV 4's `warpAffine`, which rounds coordinates to 1/32 pixel; OpenCV 5
does not, so the warp is computed here. It neither turns nor shears: rows and columns are treated apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from leffa.errors import PictureTooSmall

ChannelOrder = Literal["bgr", "rgb"]
"""What a network is fed. It was trained on BGR; the published mask path feeds RGB."""

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Of blue, green and red, and applied to the channels 0, 1 and 2 whatever they hold.
_MEAN = np.array([0.406, 0.456, 0.485], np.float32)
_STD = np.array([0.225, 0.224, 0.229], np.float32)

# Coordinates are first rounded to 1/1024 pixel, then to 1/32.
_FINE, _STEPS = 1024, 32
_ROWS_AT_ONCE = 128


class _Taps(NamedTuple):
    """For each pixel along one side: two pixels of the source, and their weights in 1/32, 0 outside of it."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    low_weight: NDArray[np.int32]
    high_weight: NDArray[np.int32]

    @staticmethod
    def at(coordinates: NDArray[np.int64], source: int) -> _Taps:
        """coordinates: in 1/32 pixel; source: its pixels along this side."""
        low, fraction = coordinates // _STEPS, (coordinates % _STEPS).astype(np.int32)
        high = low + 1
        return _Taps(
            low.clip(0, source - 1),
            high.clip(0, source - 1),
            (_STEPS - fraction) * ((low >= 0) & (low < source)),
            fraction * ((high >= 0) & (high < source)),
        )

    def mix(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
        """`[source, ...]` to `[pixels, ...]`, in 1/32 of the values."""
        low, high = rows[self.low].astype(np.int32), rows[self.high].astype(np.int32)
        return low * self.low_weight[:, None, None] + high * self.high_weight[:, None, None]

    def matrix(self, source: int) -> NDArray[np.float64]:
        """The weights as `[pixels, source]`."""
        matrix, pixels = np.zeros((len(self.low), source)), np.arange(len(self.low))
        matrix[pixels, self.low] += self.low_weight / _STEPS
        matrix[pixels, self.high] += self.high_weight / _STEPS
        return matrix


@dataclass(frozen=True)
class Letterbox:
    """The warp between a picture of `width` x `height` pixels and a square of `size` x `size`.

    Centre goes to centre, the longer side fills the square, and the rest of the square is black. Raises
    `PictureTooSmall` for a picture of a single pixel.
    """

    width: int
    height: int
    size: int

    def __post_init__(self) -> None:
        if max(self.width, self.height) < 2:
            raise PictureTooSmall("a picture of a single pixel has no sides to fit")

    def warp(self, picture: Bytes) -> Bytes:
        """`[height, width, channels]` to `[size, size, channels]`; as OpenCV 4 does it, to the last bit."""
        scale = (self.size - 1) / self._longest
        rows = _rows(scale, _shift(self.height, self.size, scale), self.height, self.size)
        columns = _columns(scale, _shift(self.width, self.size, scale), self.width, self.size)
        square = columns.mix(rows.mix(picture).swapaxes(0, 1)).swapaxes(0, 1)
        return ((square + _STEPS * _STEPS // 2) // (_STEPS * _STEPS)).astype(np.uint8)

    def spread(self, logits: Floats) -> Floats:
        """Logits `[classes, n, n]` enlarged to the square and warped onto the picture: `[classes, h, w]`."""
        rows, columns = self._back(logits.shape[-1])
        return (rows @ logits @ columns.T).astype(np.float32, copy=False)

    def labels(self, logits: Floats) -> Bytes:
        """The class of the largest logit at each pixel of the picture, uint8 `[h, w]`."""
        rows, columns = self._back(logits.shape[-1])
        labels = np.empty((self.height, self.width), np.uint8)
        for top in range(0, self.height, _ROWS_AT_ONCE):  # a large picture's logits would fill the memory
            block = slice(top, top + _ROWS_AT_ONCE)
            labels[block] = (rows[block] @ logits @ columns.T).argmax(0)
        return labels

    @property
    def _longest(self) -> int:
        return max(self.width, self.height) - 1

    def _back(self, cells: int) -> tuple[Floats, Floats]:
        """Matrices `[height, cells]` and `[width, cells]`: enlarged as the networks do it, then warped."""
        scale = self._longest / (self.size - 1)
        enlarge = _enlarging_matrix(cells, self.size)
        rows = _rows(scale, _shift(self.size, self.height, scale), self.size, self.height)
        columns = _columns(scale, _shift(self.size, self.width, scale), self.size, self.width)
        return (
            (rows.matrix(self.size) @ enlarge).astype(np.float32),
            (columns.matrix(self.size) @ enlarge).astype(np.float32),
        )


def network_input(square: Bytes, channel_order: ChannelOrder = "bgr") -> Tensor:
    """RGB bytes `[size, size, 3]` to what a network reads: normalised float32 `[1, 3, size, size]`."""
    ordered = square[..., ::-1] if channel_order == "bgr" else square
    normalised = (ordered.astype(np.float32) / 255 - _MEAN) / _STD
    return torch.from_numpy(np.ascontiguousarray(normalised.transpose(2, 0, 1)))[None]


def _shift(source: int, target: int, scale: float) -> float:
    """Where the warp by `scale`, centre on centre, takes the source's first pixel."""
    return (target - 1) / 2 - (source - 1) / 2 * scale


def _rows(scale: float, shift: float, source: int, target: int) -> _Taps:
    scale, shift = _inverse(scale, shift)
    fine = _round((np.arange(target) * scale + shift) * _FINE)
    return _Taps.at(_to_steps(fine), source)


def _columns(scale: float, shift: float, source: int, target: int) -> _Taps:
    scale, shift = _inverse(scale, shift)
    fine = _round(np.arange(target) * scale * _FINE) + _round(np.float64(shift * _FINE))
    return _Taps.at(_to_steps(fine), source)


def _inverse(scale: float, shift: float) -> tuple[float, float]:
    """As OpenCV inverts a matrix: a simpler formula rounds other coordinates, of sides of 1025 pixels say."""
    inverse = scale * (1 / (scale * scale))
    return inverse, -inverse * shift


def _round(values: NDArray[np.floating[Any]] | np.float64) -> NDArray[np.int64]:
    return np.rint(values).astype(np.int64)


def _to_steps(fine: NDArray[np.int64]) -> NDArray[np.int64]:
    step = _FINE // _STEPS
    return (fine + step // 2) // step


def _enlarging_matrix(cells: int, size: int) -> NDArray[np.float64]:
    """`[size, cells]`: bilinear, corners on corners, with PyTorch's own weights."""
    unit = torch.eye(cells)[None, None]
    enlarged = F.interpolate(unit, size=(size, cells), mode="bilinear", align_corners=True)
    return enlarged[0, 0].double().numpy()
