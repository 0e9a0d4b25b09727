"""Pictures of drawn people as they come out of a chat: cut, shrunk, turned, recoloured, compressed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from leffa.maps import NUM_KEYPOINTS
from leffa.masks.labels import Atr
from leffa.preprocessing.drawn.network import FRAME
from leffa.synthetic import SIZE, sample_garment, sample_pair
from leffa.synthetic.background import paint_background

Picture = NDArray[np.uint8]
Labels = NDArray[np.uint8]

_TROUSERS_LEFT_OUT = 0.6
_ALONE = 0.08  # share of pictures that show nobody


@dataclass(frozen=True)
class Snapshot:
    """RGB `[h, w, 3]` with ATR and DensePose labels `[h, w]` and joints `[18, 2]`, (0, 0) = not in it."""

    image: Picture
    atr: Labels
    densepose: Labels
    keypoints: NDArray[np.float64]


def draw_snapshots(seed: int) -> list[Snapshot]:
    """Somebody in two outfits; of trousers, most are left out."""
    pair = sample_pair(seed)
    found = [
        Snapshot(person.image, person.maps.atr, person.maps.densepose, person.maps.keypoints)
        for person in (pair.person, pair.target)
    ]
    rng = np.random.default_rng(seed)
    # To tell a dress from a top and a skirt is what takes longest to learn.
    return [one for one in found if rng.random() > _TROUSERS_LEFT_OUT or not (one.atr == Atr.PANTS).any()]


@dataclass(frozen=True)
class Grounds:
    """Pictures of nobody, RGB: scenes, and garments lying flat."""

    scenes: list[Picture]
    garments: list[Picture]

    @classmethod
    def draw(cls, first_seed: int, count: int) -> Grounds:
        """`count` of each."""
        seeds = range(first_seed, first_seed + count)
        scenes = [paint_background(np.random.default_rng(seed), SIZE).astype(np.uint8) for seed in seeds]
        return cls(scenes, [sample_garment(seed).image for seed in seeds])


def spoil(snapshot: Snapshot, grounds: Grounds, rng: np.random.Generator) -> Snapshot:
    """What may have become of a picture, in the frame that the network sees; sometimes nobody is in it."""
    if rng.random() < _ALONE:
        shown = _one_of(grounds.garments if rng.random() < 0.4 else grounds.scenes, rng)
        nobody = np.zeros(shown.shape[:2], np.uint8)
        snapshot = Snapshot(shown, nobody, nobody, np.zeros((NUM_KEYPOINTS, 2)))
    elif rng.random() < 0.2:
        snapshot = _before(snapshot, _one_of(grounds.scenes, rng))
    around = cv2.resize(_one_of(grounds.scenes, rng), FRAME, interpolation=cv2.INTER_AREA)
    placed = _place(snapshot, np.asarray(around, np.uint8), rng)
    image = _compress(_recolour(placed.image, rng), rng)
    return Snapshot(image, placed.atr, placed.densepose, placed.keypoints)


def _one_of(pictures: list[Picture], rng: np.random.Generator) -> Picture:
    return pictures[int(rng.integers(len(pictures)))]


def _before(snapshot: Snapshot, ground: Picture) -> Snapshot:
    """The same person before another background."""
    h, w = snapshot.atr.shape
    person = cv2.GaussianBlur((snapshot.atr > 0).astype(np.float32), (0, 0), 0.6)[..., None]
    behind = cv2.resize(ground, (w, h)).astype(np.float32)
    image = behind + (snapshot.image - behind) * person
    return Snapshot(image.astype(np.uint8), snapshot.atr, snapshot.densepose, snapshot.keypoints)


def _place(snapshot: Snapshot, ground: Picture, rng: np.random.Generator) -> Snapshot:
    """Moved, scaled and turned into the frame; `ground` or one colour where the picture ends."""
    width, height = FRAME
    h, w = snapshot.atr.shape
    zoom = rng.choice(
        [rng.uniform(0.85, 1.1), rng.uniform(0.25, 0.85), rng.uniform(1.1, 1.7)], p=[0.78, 0.11, 0.11]
    )
    scale = zoom * height / h
    stretch = rng.uniform(0.96, 1.04)
    angle = np.deg2rad(rng.normal(0, 4)) if rng.random() < 0.4 else 0.0
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    turn = np.array([[cos * stretch, -sin], [sin * stretch, cos]])
    slack = np.abs(np.array([width, height]) - np.array([w, h]) * scale) / 2
    centre = np.array([width, height]) / 2 + rng.uniform(-1, 1, 2) * (slack * 0.9 + 4)
    move = np.column_stack([turn, centre - turn @ np.array([w / 2, h / 2])])

    image = snapshot.image
    if scale < 1:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.45 / scale))
    inside = cv2.warpAffine(np.ones((h, w), np.uint8), move, FRAME, flags=cv2.INTER_NEAREST)
    edge = cv2.BORDER_REPLICATE
    moved = cv2.warpAffine(image, move, FRAME, flags=cv2.INTER_LINEAR, borderMode=edge)
    around = rng.choice(["ground", "white", "colour", "edge"], p=[0.35, 0.3, 0.2, 0.15])
    if around != "edge":
        colour = np.array([255, 255, 255]) if around == "white" else rng.integers(0, 256, 3)
        outside = ground if around == "ground" else colour.astype(np.uint8)
        moved = np.where(inside[..., None] == 1, moved, outside)
    keypoints = snapshot.keypoints @ turn.T + move[:, 2]
    known = (snapshot.keypoints > 0).any(axis=1)
    known &= (keypoints >= 0).all(axis=1) & (keypoints < FRAME).all(axis=1)
    return Snapshot(
        np.asarray(moved, np.uint8),
        np.asarray(cv2.warpAffine(snapshot.atr, move, FRAME, flags=cv2.INTER_NEAREST), np.uint8),
        np.asarray(cv2.warpAffine(snapshot.densepose, move, FRAME, flags=cv2.INTER_NEAREST), np.uint8),
        np.where(known[:, None], keypoints, 0.0),
    )


def _recolour(image: Picture, rng: np.random.Generator) -> Picture:
    if rng.random() < 0.3:
        return image
    level = np.linspace(0, 1, 256)[:, None] ** rng.uniform(0.75, 1.33)
    table = level * 255 * rng.uniform(0.85, 1.15) * rng.uniform(0.93, 1.07, 3) + rng.uniform(-15, 15)
    changed = np.clip(table, 0, 255).astype(np.uint8)[image, np.arange(3)]
    if rng.random() < 0.4:
        grey = cv2.cvtColor(changed, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
        changed = np.clip(grey + (changed - grey) * rng.uniform(0.0, 1.4), 0, 255).astype(np.uint8)
    return changed


def _compress(image: Picture, rng: np.random.Generator) -> Picture:
    width, height = FRAME
    if rng.random() < 0.3:
        smaller = rng.uniform(0.45, 0.95)
        size = (round(width * smaller), round(height * smaller))
        image = np.asarray(cv2.resize(cv2.resize(image, size, interpolation=cv2.INTER_AREA), FRAME))
    if rng.random() < 0.25:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 0.9)))
    if rng.random() < 0.2:
        noisy = image + rng.normal(0, rng.uniform(1, 6), image.shape)
        image = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = int(rng.integers(30, 96))
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return np.asarray(image, np.uint8)
