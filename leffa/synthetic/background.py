"""Grounds to stand on: studios, rooms and the open air, quiet and a little out of focus."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from leffa.synthetic import palette
from leffa.synthetic.strip import F32, F64


def paint_background(rng: np.random.Generator, size: tuple[int, int]) -> F32:
    """Float RGB `[h, w, 3]`, 0..255. The same generator state gives the same scene at any size."""
    kind = str(rng.choice(["studio", "room", "outdoors", "blobs"], p=[0.3, 0.4, 0.18, 0.12]))
    small = np.empty((256, 192, 3), np.uint8)
    colour = palette.wall(rng)
    if kind == "outdoors":
        _outdoors(small, rng)
    else:
        small[:] = _level(colour)
    if kind == "room":
        _room(small, rng, colour)
    elif kind == "studio":
        _floor(small, colour * rng.uniform(0.9, 0.97), float(rng.uniform(200, 226)))
    elif kind == "blobs":
        for _ in range(9):
            centre = (int(rng.integers(192)), int(rng.integers(256)))
            tone = _level(colour * 0.6 + palette.wall(rng) * 0.4 + rng.uniform(-12, 12))
            cv2.circle(small, centre, int(rng.integers(16, 46)), tone.tolist(), -1, cv2.LINE_AA)
    blur = {"studio": 5.0, "room": 0.9, "outdoors": 1.6, "blobs": 5.0}[kind]
    lit = cv2.GaussianBlur(small, (0, 0), blur).astype(np.float32) * _light(rng)[..., None]
    picture = lit if size == (192, 256) else cv2.resize(lit, size, interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 0, 255).astype(np.float32)


def _level(colour: F64) -> NDArray[np.uint8]:
    return np.clip(colour, 0, 255).astype(np.uint8)


def _light(rng: np.random.Generator) -> F32:
    """A lamp somewhere above: a gentle fall-off across the picture."""
    cx, cy = rng.uniform(20, 172), rng.uniform(-20, 110)
    x = ((np.arange(192) - cx) / 230).astype(np.float32)[None, :]
    y = ((np.arange(256) - cy) / 260).astype(np.float32)[:, None]
    light: F32 = np.float32(1.04) - np.float32(rng.uniform(0.1, 0.2)) * (x * x + y * y)
    return light


def _floor(small: NDArray[np.uint8], colour: F64, top: float) -> None:
    small[round(top) :] = _level(colour)


def _room(small: NDArray[np.uint8], rng: np.random.Generator, colour: F64) -> None:
    top = float(rng.uniform(196, 222))
    _floor(small, np.clip(colour * 0.55 + np.array([150, 112, 76]) * rng.uniform(0.25, 0.5), 0, 235), top)
    small[round(top) - 4 : round(top)] = _level(colour * 0.3 + 175)
    side = bool(rng.random() < 0.5)
    if rng.random() < 0.55:
        _frame(small, rng, colour, side)
    if rng.random() < 0.5:
        _furniture(small, rng, colour, not side, top)
    if rng.random() < 0.35:
        _plant(small, rng, side, top)


def _frame(small: NDArray[np.uint8], rng: np.random.Generator, colour: F64, left: bool) -> None:
    """A picture or a window on the wall."""
    wide, high = int(rng.integers(34, 62)), int(rng.integers(40, 80))
    x = int(rng.integers(4, 24)) if left else 192 - wide - int(rng.integers(4, 24))
    y = int(rng.integers(18, 50))
    cv2.rectangle(small, (x, y), (x + wide, y + high), _level(colour * 0.2 + 195).tolist(), -1)
    inner = palette.wall(rng) * 0.6 + np.array([90.0, 100.0, 110.0]) * rng.uniform(0.6, 1.0)
    cv2.rectangle(small, (x + 4, y + 4), (x + wide - 4, y + high - 4), _level(inner).tolist(), -1)
    if rng.random() < 0.5:
        cv2.rectangle(
            small,
            (x + wide // 2 - 1, y),
            (x + wide // 2 + 1, y + high),
            _level(colour * 0.2 + 195).tolist(),
            -1,
        )


def _furniture(
    small: NDArray[np.uint8], rng: np.random.Generator, colour: F64, left: bool, top: float
) -> None:
    """A cabinet or a low sofa by the wall."""
    tone = palette.wall(rng) * rng.uniform(0.62, 0.85)
    wide, high = int(rng.integers(46, 84)), int(rng.integers(36, 80))
    x = -8 if left else 200 - wide
    y = round(top) + 8 - high
    cv2.rectangle(small, (x, y), (x + wide, round(top) + 8), _level(tone).tolist(), -1)
    cv2.rectangle(small, (x, y), (x + wide, y + 5), _level(tone * 1.12).tolist(), -1)
    for i in range(1, 3):
        line = y + high * i // 3
        cv2.line(small, (x, line), (x + wide, line), _level(tone * 0.88).tolist(), 1)


def _plant(small: NDArray[np.uint8], rng: np.random.Generator, left: bool, top: float) -> None:
    x = int(rng.integers(8, 24)) if left else 192 - int(rng.integers(8, 24))
    base = round(top) + 10
    green = np.array([98.0, 138.0, 92.0]) * rng.uniform(0.85, 1.15)
    for _ in range(9):
        lean, high = rng.uniform(-26, 26), rng.uniform(26, 64)
        tip = (int(x + lean), int(base - 18 - high))
        middle = (int(x + lean * 0.45), int(base - 18 - high * 0.55))
        angle = float(np.degrees(np.arctan2(tip[1] - base + 18, tip[0] - x)))
        tone = _level(green * rng.uniform(0.85, 1.15)).tolist()
        cv2.ellipse(small, middle, (int(high * 0.5), 6), angle, 0, 360, tone, -1, cv2.LINE_AA)
    pot = np.array([[x - 11, base - 22], [x + 11, base - 22], [x + 8, base], [x - 8, base]], np.int32)
    cv2.fillPoly(small, [pot], _level(np.array([176.0, 128.0, 104.0])).tolist(), cv2.LINE_AA)


def _outdoors(small: NDArray[np.uint8], rng: np.random.Generator) -> None:
    sky = np.linspace(0, 1, 256)[:, None] * np.array([40.0, 22.0, 4.0]) + np.array([186.0, 212.0, 234.0])
    small[:] = np.clip(sky, 0, 250).astype(np.uint8)[:, None]
    horizon = int(rng.integers(140, 185))
    for depth in range(3):
        tone = np.array([150.0, 180.0, 150.0]) * (1 - 0.07 * depth) + rng.uniform(-8, 8, 3)
        for _ in range(5):
            centre = (int(rng.integers(-20, 212)), horizon + depth * 14 - int(rng.integers(0, 26)))
            cv2.circle(small, centre, int(rng.integers(18, 44)), _level(tone).tolist(), -1, cv2.LINE_AA)
        small[horizon + depth * 14 :] = _level(tone)
    path = _level(np.array([205.0, 198.0, 184.0]) + rng.uniform(-10, 10, 3))
    small[int(rng.integers(212, 228)) :] = path
