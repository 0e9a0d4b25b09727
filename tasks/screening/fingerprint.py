"""By what a picture is known again: exactly, and by its looks.

The exact one is an HMAC under the secret key: a list of them tells nobody what it blocks. The look is 143
bits of a coarse view: grey, 48 x 48, its lowest 12 x 12 frequencies (DCT-II) without the mean, each above or
below their median (the idea of pHash: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash
Functions", 2010; longer, since garments on white ground look much alike). It survives scaling, recompression,
small changes of colour and of the edges; not cropping or turning.

Looks are compared by the number of bits that differ, so they cannot be keyed: whoever has the list can tell
whether a picture is like one on it, and guess at its coarsest shapes, but not see a face.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from math import cos, pi
from operator import mul
from statistics import median, pstdev

from PIL import Image
from pydantic import SecretStr

from tasks.records import Fingerprint
from tasks.screening.pixels import MAX_PIXELS, decode_small

_SIDE = 48
_KEPT = 12
# To what size a picture is decoded first.
SMALL = 4 * _SIDE
# Of grey values from 0 to 255. A flatter picture has no look: noise would decide its bits.
_FLAT = 3.0
_LABEL = b"giydir blocked picture 1\n"

# The waves' values at the places. A bot has no use for NumPy otherwise, and these are few.
_COSINES = [[cos(pi * wave * (place + 0.5) / _SIDE) for place in range(_SIDE)] for wave in range(_KEPT)]

Plane = list[list[float]]


def fingerprint(picture: bytes, secret: SecretStr, most_pixels: int = MAX_PIXELS) -> Fingerprint:
    """Of a file whose size was checked. One with more than `most_pixels` to decode has no look.

    Raises `PictureUnreadable`.
    """
    key = secret.get_secret_value().encode()
    exact = hmac.new(key, _LABEL + picture, hashlib.sha256).hexdigest()
    small = decode_small(picture, SMALL, most_pixels)
    waves = None if small is None else _waves(small)
    if waves is None:
        return Fingerprint(exact, None, None)
    return Fingerprint(exact, _bits(waves), _bits(_mirrored(waves)))


def _waves(picture: Image.Image) -> Plane | None:
    grey = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    if pstdev(pixels := grey.tobytes()) < _FLAT:
        return None
    rows = [pixels[start : start + _SIDE] for start in range(0, _SIDE * _SIDE, _SIDE)]
    across = [[_dot(cosine, row) for row in rows] for cosine in _COSINES]
    # By its vertical frequency, then by its horizontal one.
    return [[_dot(cosine, column) for column in across] for cosine in _COSINES]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    total: float = sum(map(mul, one, other))
    return total


def _mirrored(waves: Plane) -> Plane:
    """The waves that are odd from left to right change their sign."""
    return [[-value if number % 2 else value for number, value in enumerate(row)] for row in waves]


def _bits(waves: Plane) -> str:
    without_mean = [value for row in waves for value in row][1:]
    middle = median(without_mean)
    bits = "".join("1" if value > middle else "0" for value in without_mean)
    # Whole bytes, filled up at the end.
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8).hex()
