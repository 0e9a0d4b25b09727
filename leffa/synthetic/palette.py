"""Colours, as float RGB 0..255: cloth, skin, hair and walls."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float64]


def _colours(names: str) -> list[Colour]:
    return [np.array([int(name[i : i + 2], 16) for i in (0, 2, 4)], np.float64) for name in names.split()]


_VIVID = _colours(
    "d7263d f46036 f9a620 ffd23f 7bc950 1b998b 2ec4b6 3a86ff 1d3fbb 6a4c93 9b5de5 f15bb5 "
    "e5446d b5179e 0f7173 386641 bc4749 e76f51 4895ef 00a6a6 c1121f 8338ec ff7f51 118ab2"
)
_NEUTRAL = _colours("f7f4ee f2e3c6 2b2d42 1c1c1e 8d99ae d8c3a5 5c4033 c9cbd3 3d405b 6b705c")
_BOTTOM = _colours(
    "2b3a67 3c5a99 5b7db1 1c1c1e 8d99ae c2a878 6b705c 5c4033 f2e3c6 b23a48 2f6f4f 7b2d8b "
    "e07a5f 1b998b d7263d f9a620 6a4c93 118ab2 bc4749 f15bb5"
)
_SKIN = _colours("fbe0cf f6d0b4 eebf9c e0aa82 cf9468 b87c50 9c643d 7d4d2e 633b24 4a2b1b")
_HAIR = _colours("1b1512 2c1d14 4a2f1d 6b4226 8c5a2e b5803f d9b36a e8cf9a a33b20 7d7d80 d5d5d8 7a3b69 2f5d8a")
_WALL = _colours("dfe6ea e9e1d6 d9e2d5 e6d7d3 d3d9e6 efe9dc c9d3d6 e3dcea cfc6b8 b9c4c9 d8cfc4 c7d1c0 aab4bd")


def cloth(rng: np.random.Generator, bottom: bool = False) -> Colour:
    """A garment's main colour: mostly vivid, sometimes neutral; `bottom` knows jeans and earth."""
    colours = _BOTTOM if bottom else (_VIVID if rng.random() < 0.78 else _NEUTRAL)
    return _jitter(_pick(rng, colours), rng, 8.0)


def contrasting(rng: np.random.Generator, colour: Colour) -> Colour:
    """A cloth colour that is well told from `colour`: the most distant of a few."""
    choices = [_pick(rng, _VIVID if rng.random() < 0.55 else _NEUTRAL) for _ in range(4)]
    return max(choices, key=lambda c: float(np.abs(c - colour).sum()))


def skin(rng: np.random.Generator) -> Colour:
    """Any skin tone between the lightest and the darkest."""
    at = rng.uniform(0, len(_SKIN) - 1)
    low = int(at)
    high = min(low + 1, len(_SKIN) - 1)
    return _jitter(_SKIN[low] * (1 - at + low) + _SKIN[high] * (at - low), rng, 3.0)


def hair(rng: np.random.Generator) -> Colour:
    """A hair colour, natural ones most often."""
    return _jitter(_pick(rng, _HAIR), rng, 4.0)


def wall(rng: np.random.Generator) -> Colour:
    """A muted ground that people stand out from."""
    return _jitter(_pick(rng, _WALL), rng, 5.0)


def _pick(rng: np.random.Generator, colours: list[Colour]) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _jitter(colour: Colour, rng: np.random.Generator, amount: float) -> Colour:
    return np.clip(colour + rng.uniform(-amount, amount, 3), 0, 255)
