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

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import SecretStr

from tasks.records import Fingerprint
from tasks.screening.pixels import MAX_PIXELS, decode_small

_SIDE = 48
_KEPT = 12
# Of grey values from 0 to 255. A flatter picture has no look: noise would decide its bits.
_FLAT = 3.0
_LABEL = b"giydir blocked picture 1\n"

Plane = NDArray[np.float64]


def fingerprint(picture: bytes, secret: SecretStr, most_pixels: int = MAX_PIXELS) -> Fingerprint:
    """Of a file whose size was checked. One with more than `most_pixels` to decode has no look.

    Raises `PictureUnreadable`.
    """
    key = secret.get_secret_value().encode()
    exact = hmac.new(key, _LABEL + picture, hashlib.sha256).hexdigest()
    small = decode_small(picture, 4 * _SIDE, most_pixels)
    waves = None if small is None else _waves(small)
    if waves is None:
        return Fingerprint(exact, None, None)
    # In the mirror, the waves that are odd from left to right change their sign.
    return Fingerprint(exact, _bits(waves), _bits(waves * (-1.0) ** np.arange(_KEPT)))


def _waves(picture: Image.Image) -> Plane | None:
    grey = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    plane: Plane = np.asarray(grey, dtype=np.float64)
    if plane.std() < _FLAT:
        return None
    places, waves = np.arange(_SIDE) + 0.5, np.arange(_KEPT)[:, None]
    cosines = np.cos(np.pi * waves * places / _SIDE)
    lowest: Plane = cosines @ plane @ cosines.T
    return lowest


def _bits(waves: Plane) -> str:
    without_mean = waves.ravel()[1:]
    bits: NDArray[np.bool_] = without_mean > np.median(without_mean)
    return np.packbits(bits).tobytes().hex()
