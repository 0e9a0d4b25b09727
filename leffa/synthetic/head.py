"""Heads: face, hair in many styles, beards, glasses and hats, drawn in the head's own frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leffa.synthetic import palette
from leffa.synthetic.body import Figure
from leffa.synthetic.canvas import Sketch
from leffa.synthetic.strip import F64, Mask, polygon, round_outline

HAT, HAIR, SUNGLASSES, FACE, NECK = (1, 1), (2, 2), (3, 4), (11, 13), (18, 13)
_STYLES = ("short", "crop", "bob", "long", "bun", "afro", "tail", "bald", "fringe")
_WEIGHTS = np.array([0.2, 0.1, 0.13, 0.18, 0.1, 0.07, 0.08, 0.04, 0.1])


@dataclass(frozen=True)
class HeadLook:
    """Everything about a head that stays the same in every pose."""

    skin: palette.Colour
    hair: palette.Colour
    style: str
    parting: float
    locks: bool
    beard: bool
    glasses: str
    hat: bool
    hat_colour: palette.Colour
    lips: palette.Colour
    smile: float


def sample_head(rng: np.random.Generator) -> HeadLook:
    """A random head."""
    skin = palette.skin(rng)
    style = _STYLES[int(rng.choice(len(_STYLES), p=_WEIGHTS))]
    return HeadLook(
        skin=skin,
        hair=palette.hair(rng),
        style=style,
        parting=rng.uniform(-0.7, 0.7),
        locks=bool(rng.random() < 0.45),
        beard=bool(style in {"short", "crop", "bald"} and rng.random() < 0.35),
        glasses=str(rng.choice(["none", "round", "dark"], p=[0.82, 0.12, 0.06])),
        hat=bool(style not in {"bun", "afro"} and rng.random() < 0.07),
        hat_colour=palette.cloth(rng),
        lips=skin * 0.55 + np.array([190.0, 60.0, 75.0]) * rng.uniform(0.3, 0.45) + 0.2 * (255 - skin.mean()),
        smile=rng.uniform(0.45, 1.0),
    )


def face_outline() -> F64:
    """The head without hair, in heads from its centre: an oval with a narrower chin."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    y = -np.cos(angle) * 0.5
    x = np.sin(angle) * 0.375 * (1 - 0.35 * np.clip(y, 0, 1) ** 1.5)
    return np.stack([x, y], axis=1)


def draw_hair_behind(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    """Hair that hangs or stands behind head and trunk (seen from the front)."""
    shade = look.hair * 0.82
    for shape in _hair_mass(look):
        sketch.outline(figure.head.place(shape), shade, HAIR)


def draw_head(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    """Head, face and the hair on it."""
    if figure.pose.back:
        _draw_back(sketch, figure, look)
        return
    place, yaw = figure.head.place, figure.head.yaw
    for x in (-0.37, 0.37):
        ear = _oval((x - 0.03 * yaw, 0.04), 0.07, 0.1)
        sketch.outline(place(ear), look.skin * 0.93, FACE)
    sketch.outline(place(face_outline()), look.skin, FACE)
    side = face_outline() * np.array([0.5, 0.97]) + np.array([0.2 - 0.05 * yaw, 0.01])
    sketch.paint(_within(sketch, figure, side), look.skin * 0.9, None, 0.5)
    if look.beard:
        sketch.paint(_within(sketch, figure, _beard(yaw)), look.hair * 1.05, None, 0.92)
    _draw_features(sketch, figure, look)
    _draw_hair_cap(sketch, figure, look)
    _draw_glasses(sketch, figure, look)
    if look.hat:
        _draw_hat(sketch, figure, look)


def draw_locks(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    """Long hair that falls in front of the shoulders."""
    if figure.pose.back or look.style != "long" or not look.locks:
        return
    for side in (-1.0, 1.0):
        shape = np.array(
            [
                [0.3, -0.3],
                [0.42, -0.1],
                [0.47, 0.4],
                [0.56, 0.8],
                [0.5, 1.12],
                [0.4, 1.2],
                [0.36, 0.8],
                [0.37, 0.3],
                [0.36, 0.0],
            ]
        )
        points = figure.head.place(round_outline(shape * np.array([side, 1.0])))
        sketch.outline(points, look.hair * (0.95 if side < 0 else 0.88), HAIR)


def _draw_back(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    place = figure.head.place
    for x in (-0.37, 0.37):
        sketch.outline(place(_oval((x, 0.04), 0.06, 0.1)), look.skin * 0.9, FACE)
    sketch.outline(place(face_outline()), look.skin * 0.95, FACE)
    if look.style != "bald":
        cap = face_outline() * np.array([1.08, 1.0]) + np.array([0.0, -0.05])
        sketch.outline(place(cap), look.hair, HAIR)
        for shape in _hair_mass(look):
            sketch.outline(place(shape), look.hair, HAIR)
        shine = _oval((-0.1, -0.2), 0.12, 0.16)
        sketch.outline(place(shine), look.hair * 0.6 + 100, None, 0.25)
    if look.hat:
        _draw_hat(sketch, figure, look)


def _hair_mass(look: HeadLook) -> list[F64]:
    if look.style == "bob":
        return [
            round_outline(
                np.array(
                    [
                        [0, -0.58],
                        [0.3, -0.53],
                        [0.46, -0.2],
                        [0.5, 0.3],
                        [0.46, 0.52],
                        [0.2, 0.56],
                        [-0.2, 0.56],
                        [-0.46, 0.52],
                        [-0.5, 0.3],
                        [-0.46, -0.2],
                        [-0.3, -0.53],
                    ]
                )
            )
        ]
    if look.style == "long":
        return [
            round_outline(
                np.array(
                    [
                        [0, -0.58],
                        [0.3, -0.53],
                        [0.46, -0.2],
                        [0.5, 0.4],
                        [0.6, 0.9],
                        [0.5, 1.18],
                        [0.2, 1.28],
                        [-0.2, 1.28],
                        [-0.5, 1.18],
                        [-0.6, 0.9],
                        [-0.5, 0.4],
                        [-0.46, -0.2],
                        [-0.3, -0.53],
                    ]
                )
            )
        ]
    if look.style == "bun":
        return [_oval((0.05 * look.parting, -0.62), 0.2, 0.18)]
    if look.style == "afro":
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        radius = 0.62 + 0.02 * np.cos(9 * angle)
        return [np.stack([np.sin(angle) * radius, -0.14 - np.cos(angle) * radius * 0.95], axis=1)]
    if look.style == "tail":
        side = 1.0 if look.parting > 0 else -1.0
        shape = np.array(
            [
                [0.1, -0.5],
                [0.45, -0.45],
                [0.62, -0.1],
                [0.66, 0.4],
                [0.56, 0.72],
                [0.48, 0.4],
                [0.42, 0.0],
                [0.2, -0.2],
            ]
        )
        return [round_outline(shape * np.array([side, 1.0]))]
    return []


def _draw_features(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    place, shift = figure.head.place, 0.09 * figure.head.yaw
    brow = np.minimum(look.hair * 0.8, 120.0)
    dark = np.array([38.0, 28.0, 26.0])
    for side in (-1.0, 1.0):
        x = shift + side * 0.155 * (1 - 0.12 * abs(figure.head.yaw))
        sketch.outline(place(_oval((x, 0.03), 0.075, 0.055)), np.array([250.0, 248.0, 245.0]))
        sketch.outline(place(_oval((x + 0.25 * shift, 0.03), 0.043, 0.053)), dark)
        arc = np.array(
            [
                [x - 0.085, -0.09],
                [x - 0.03, -0.128],
                [x + 0.03, -0.128],
                [x + 0.085, -0.09],
                [x + 0.08, -0.075],
                [x, -0.103],
                [x - 0.08, -0.075],
            ]
        )
        sketch.outline(place(arc), brow)
        cheek = _oval((x * 1.25, 0.16), 0.075, 0.055)
        sketch.outline(place(cheek), look.skin * 0.75 + np.array([60.0, 10.0, 15.0]), None, 0.4)
    nose = np.array(
        [
            [shift * 1.5 - 0.015, 0.06],
            [shift * 1.5 + 0.045, 0.145],
            [shift * 1.5 + 0.02, 0.165],
            [shift * 1.5 - 0.035, 0.155],
        ]
    )
    sketch.outline(place(nose), look.skin * 0.82)
    along = np.linspace(-0.11, 0.11, 9)
    bend = (1 - (along / 0.11) ** 2) * 0.085 * look.smile
    mouth = np.concatenate(
        [np.stack([along + shift, 0.25 + bend * 0.45], 1), np.stack([along + shift, 0.275 + bend], 1)[::-1]]
    )
    sketch.outline(place(mouth), look.lips)


def _draw_hair_cap(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    if look.style == "bald":
        return
    line = _hairline(look)
    tall = {"crop": 0.53, "short": 0.6, "afro": 0.6}.get(look.style, 0.57)
    wide = {"crop": 0.385, "short": 0.4}.get(look.style, 0.42)
    low = {"crop": -0.06, "short": 0.02}.get(look.style, 0.12)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 21)
    top = np.stack([np.sin(angle) * wide, low - np.cos(angle) ** 0.85 * (tall + low)], axis=1)
    sketch.outline(figure.head.place(np.concatenate([top, line[::-1]])), look.hair, HAIR)
    shine = np.stack(
        [np.sin(angle[4:12]) * wide * 0.78, low - np.cos(angle[4:12]) * (tall + low) * 0.82], axis=1
    )
    shine = np.concatenate([shine, shine[::-1] * np.array([0.92, 0.88])])
    sketch.outline(figure.head.place(shine), np.minimum(look.hair * 1.1 + 35, 255), None, 0.5)


def _hairline(look: HeadLook) -> F64:
    x = np.linspace(-0.36, 0.36, 15)
    edge = (np.abs(x) / 0.36) ** 4
    low = {"crop": -0.06, "short": 0.02}.get(look.style, 0.12)
    if look.style == "fringe":
        y = -0.15 + 0.012 * np.cos(x * 40)
    elif look.style == "crop":
        y = np.full_like(x, -0.28)
    else:
        away = np.abs(x - 0.3 * look.parting)
        y = -0.34 + 0.3 * np.minimum(away, 0.5) ** 1.3
    return np.stack([x, y * (1 - edge) + low * edge], axis=1)


def _draw_glasses(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    if look.glasses == "none":
        return
    place, shift = figure.head.place, 0.09 * figure.head.yaw
    dark = np.array([32.0, 30.0, 36.0])
    bridge = np.array([[-0.36, -0.01], [0.36, -0.01], [0.36, 0.02], [-0.36, 0.02]]) + np.array(
        [shift * 0.5, 0.0]
    )
    if look.glasses == "dark":
        sketch.outline(place(bridge), dark)
        for side in (-1.0, 1.0):
            sketch.outline(place(_oval((shift + side * 0.165, 0.04), 0.135, 0.1)), dark, SUNGLASSES)
        return
    frame = look.hat_colour * 0.35 + dark
    for side in (-1.0, 1.0):
        rim = np.concatenate(
            [
                _oval((shift + side * 0.16, 0.035), 0.135, 0.12),
                _oval((shift + side * 0.16, 0.035), 0.115, 0.1)[::-1],
            ]
        )
        sketch.outline(place(rim), frame)
    sketch.outline(
        place(np.array([[-0.04, 0.0], [0.04, 0.0], [0.04, 0.03], [-0.04, 0.03]]) + np.array([shift, 0.0])),
        frame,
    )


def _draw_hat(sketch: Sketch, figure: Figure, look: HeadLook) -> None:
    place = figure.head.place
    angle = np.linspace(-np.pi / 2, np.pi / 2, 21)
    crown = np.stack([np.sin(angle) * 0.44, -0.16 - np.cos(angle) * 0.5], axis=1)
    sketch.outline(place(crown), look.hat_colour, HAT)
    fold = round_outline(np.array([[-0.46, -0.3], [0.46, -0.3], [0.47, -0.12], [-0.47, -0.12]]), 1)
    sketch.outline(place(fold), look.hat_colour * 0.82, HAT)


def _beard(yaw: float) -> F64:
    shape = np.array(
        [
            [-0.4, 0.05],
            [-0.3, 0.12],
            [-0.2, 0.2],
            [0, 0.19],
            [0.2, 0.2],
            [0.3, 0.12],
            [0.4, 0.05],
            [0.4, 0.6],
            [-0.4, 0.6],
        ]
    )
    outline: F64 = round_outline(shape) + np.array([0.04 * yaw, 0.0])
    return outline


def _within(sketch: Sketch, figure: Figure, shape: F64) -> Mask:
    """The part of `shape` that lies on the face."""
    mask = polygon(figure.head.place(shape), sketch.size)
    whole = np.zeros(sketch.size[::-1], np.float32)
    face = polygon(figure.head.place(face_outline()), sketch.size)
    whole[face.window] = face.cover
    return Mask(mask.window, mask.cover * whole[mask.window])


def _oval(centre: tuple[float, float], rx: float, ry: float) -> F64:
    angle = np.linspace(0, 2 * np.pi, 22, endpoint=False)
    return np.stack([centre[0] + np.cos(angle) * rx, centre[1] + np.sin(angle) * ry], axis=1)
