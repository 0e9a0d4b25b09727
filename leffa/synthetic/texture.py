"""Cloth designs: stripes, checks, dots, blocks, prints, letters, painted in flat-photo pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from leffa.synthetic import palette
from leffa.synthetic.garment import Cut, Piece, neckline
from leffa.synthetic.strip import F32, F64

_WORDS = ("GO", "HI", "LOVE", "YES", "SUN", "JOY", "42", "WOW", "OK", "NEO")
_KINDS = {
    "solid": 0.12,
    "stripes": 0.2,
    "checks": 0.12,
    "dots": 0.11,
    "blocks": 0.13,
    "prints": 0.12,
    "letters": 0.1,
    "logo": 0.1,
}


@dataclass(frozen=True)
class Design:
    """How the cloth looks. `period` is in pixels of a 256-high photo, `angle` in radians."""

    kind: str
    colours: tuple[palette.Colour, palette.Colour, palette.Colour]
    period: float
    angle: float
    share: float
    motif: str
    word: str
    trim: bool
    contrast_sleeves: bool
    buttons: bool
    phase: tuple[float, float]


def sample_design(rng: np.random.Generator, garment_type: str) -> Design:
    """A design of colours well told from each other."""
    weights = np.array(list(_KINDS.values()))
    kind = str(rng.choice(list(_KINDS), p=weights / weights.sum()))
    if garment_type == "lower_body" and (kind in {"letters", "logo"} or rng.random() < 0.3):
        kind = "solid"
    base = palette.cloth(rng, bottom=garment_type == "lower_body")
    second = palette.contrasting(rng, base)
    return Design(
        kind=kind,
        colours=(base, second, palette.contrasting(rng, second)),
        period=rng.uniform(13, 30),
        angle=float(rng.choice([0.0, np.pi / 2, np.pi / 4, -np.pi / 4], p=[0.4, 0.3, 0.15, 0.15])),
        share=rng.uniform(0.35, 0.6),
        motif=str(rng.choice(["heart", "star", "disc", "flower", "triangle", "ring", "leaf"])),
        word=_WORDS[int(rng.integers(len(_WORDS)))]
        if rng.random() < 0.5
        else chr(65 + int(rng.integers(26))),
        trim=bool(rng.random() < 0.4),
        contrast_sleeves=bool(rng.random() < 0.13),
        buttons=bool(rng.random() < 0.2),
        phase=(rng.uniform(0, 1), rng.uniform(0, 1)),
    )


def paint_albedo(
    design: Design, cut: Cut, laid: dict[str, Piece], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The cloth's colour without light, over the whole flat photo: uint8 RGB `[h, w, 3]`.

    Painted beyond the garment's edge too, so that a worn edge never samples the ground.
    """
    w, h = size
    scale = h / 256
    main = laid["torso"] if "torso" in laid else laid.get("skirt", laid.get("pelvis"))
    assert main is not None
    origin = main.strip.joints[0]
    x = (np.arange(w, dtype=np.float32)[None, :] - np.float32(origin[0])) / np.float32(scale)
    y = (np.arange(h, dtype=np.float32)[:, None] - np.float32(origin[1])) / np.float32(scale)
    base, second, third = (c.astype(np.float32) for c in design.colours)
    albedo = _two_tone(base, second, _pattern(design, cut, x, y, main, size))
    if design.contrast_sleeves and cut.sleeve_end:
        for name in ("sleeve_left", "sleeve_right"):
            patch = laid[name].patch(size)
            _mix(albedo[patch.window], second, np.clip((patch.t + 0.04) * 30, 0, 1) * (patch.cover > 0))
    plain = design.kind == "solid"
    _trim(albedo, design, cut, laid, second if plain else third)
    return np.asarray(cv2.convertScaleAbs(albedo), np.uint8)


def _pattern(design: Design, cut: Cut, x: F32, y: F32, main: Piece, size: tuple[int, int]) -> F32:
    """How much of the second colour each pixel has, 0..1."""
    scale = size[1] / 256
    if design.kind == "stripes":
        return _stripes(x, y, design, design.angle, scale)
    if design.kind == "checks":
        return np.float32(0.5) * (
            _stripes(x, y, design, np.pi / 2, scale) + _stripes(x, y, design, 0.0, scale)
        )
    if design.kind == "blocks":
        return _block(x, y, design, main, scale)
    if design.kind in {"dots", "prints"}:
        motif = "disc" if design.kind == "dots" else design.motif
        return _scattered(design, motif, size, main.strip.joints[0])
    if design.kind in {"letters", "logo"}:
        return _chest_print(design, cut, main, size)
    return np.zeros(size[::-1], np.float32)


def _two_tone(base: F32, second: F32, amount: F32) -> F32:
    amount = np.ascontiguousarray(amount)
    planes = [amount * (second[i] - base[i]) + base[i] for i in range(3)]
    return np.asarray(cv2.merge(planes), np.float32)


def _mix(picture: F32, colour: F32 | F64, amount: F32) -> None:
    rows, columns = np.flatnonzero(amount.any(axis=1)), np.flatnonzero(amount.any(axis=0))
    if rows.size:
        window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        part = picture[window]
        part += (colour.astype(np.float32) - part) * amount[window][..., None]


def _unit(mask: NDArray[np.uint8]) -> F32:
    amount: F32 = mask.astype(np.float32) * np.float32(1 / 255)
    return amount


def _edge(distance: F32, scale: float) -> F32:
    """Antialiased 0..1 across a boundary at distance 0, in units of a 256-high photo."""
    return np.asarray(np.clip(distance * np.float32(scale) + np.float32(0.5), 0, 1), np.float32)


def _stripes(x: F32, y: F32, design: Design, angle: float, scale: float) -> F32:
    """Bands; angle 0 = horizontal ones."""
    at = (
        x * np.float32(np.sin(angle))
        + y * np.float32(np.cos(angle))
        + np.float32(design.phase[0] * design.period)
    )
    within = np.mod(at, np.float32(design.period))
    half = design.share * design.period / 2
    return _edge(np.float32(half) - np.abs(within - np.float32(design.period / 2)), scale)


def _block(x: F32, y: F32, design: Design, main: Piece, scale: float) -> F32:
    """Two colours split across, down, or aslant; or one broad band."""
    length = float(main.strip.lengths[0]) / scale
    middle = np.float32((1.5 if main.name == "pelvis" else 0.45) * length)
    if design.angle == 0.0:
        low, high = middle - 0.15 * length, middle + (0.5 * design.share - 0.15) * length
        band = np.minimum(y - np.float32(low), np.float32(high) - y)
        return np.broadcast_to(
            _edge(band if design.buttons else y - middle, scale), np.broadcast_shapes(x.shape, y.shape)
        )
    slope = 0.0 if design.angle > 1 else float(np.sign(design.angle))
    return _edge(x + np.float32(slope) * (y - middle) + 0 * y, scale)


def _motif(name: str) -> F64:
    """Outline of a small shape within the unit circle."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    unit = np.stack([np.sin(angle), -np.cos(angle)], axis=1)
    if name == "star":
        spikes = np.linspace(0, 2 * np.pi, 10, endpoint=False)
        radius = np.where(np.arange(10) % 2 == 0, 1.0, 0.45)
        return np.stack([np.sin(spikes) * radius, -np.cos(spikes) * radius], axis=1)
    if name == "heart":
        x = np.sin(angle) ** 3
        y = -(13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle)) / 16
        return np.stack([x, y], axis=1)
    if name == "flower":
        return unit * (0.72 + 0.28 * np.cos(5 * angle))[:, None]
    if name == "triangle":
        return np.array([[0.0, -1.0], [0.9, 0.7], [-0.9, 0.7]])
    if name == "leaf":
        return unit * np.stack([0.5 * np.abs(np.sin(angle)), np.ones_like(angle)], axis=1)
    return unit


def _fill(mask: NDArray[np.uint8], outlines: list[F64], value: int = 255) -> None:
    if outlines:
        cv2.fillPoly(mask, [np.round(o * 16).astype(np.int32) for o in outlines], value, cv2.LINE_AA, 4)


def _stamp(
    mask: NDArray[np.uint8], name: str, centres: list[tuple[float, float]], radius: float, turn: float
) -> None:
    cos, sin = np.cos(turn), np.sin(turn)
    shape = _motif(name) @ np.array([[cos, sin], [-sin, cos]]) * radius
    _fill(mask, [shape + np.array(c) for c in centres])
    if name == "ring":
        _fill(mask, [shape * 0.55 + np.array(c) for c in centres], 0)


def _scattered(design: Design, motif: str, size: tuple[int, int], origin: F64) -> F32:
    """A staggered grid of motifs over the whole photo."""
    w, h = size
    step = max(design.period, 17.0) * h / 256
    radius = step * (0.26 if motif == "disc" else 0.34)
    mask = np.zeros((h, w), np.uint8)
    centres = []
    rows = range(int(-origin[1] / step) - 1, int((h - origin[1]) / step) + 2)
    for row in rows:
        shift = (0.5 if row % 2 else 0.0) + design.phase[0]
        for column in range(int(-origin[0] / step) - 2, int((w - origin[0]) / step) + 2):
            centres.append(
                (float(origin[0]) + (column + shift) * step, float(origin[1]) + (row + 0.5) * step)
            )
    turn = {"heart": 0.0, "leaf": 0.7}.get(motif, design.angle * 0.3)
    _stamp(mask, motif, centres, radius, turn)
    return _unit(mask)


def _chest_print(design: Design, cut: Cut, main: Piece, size: tuple[int, int]) -> F32:
    """A big letter, a word, or a sign on the chest (on a skirt: in its middle)."""
    w, h = size
    mask = np.zeros((h, w), np.uint8)
    half = float(main.strip.width(np.array([0.4]))[0])
    top = float(neckline(cut)[:, 1].max()) + 0.03 if main.name == "torso" else 0.3
    bottom = min(cut.hem - 0.08, top + 0.36) if main.name == "torso" else 0.7
    centre = main.strip.point(0.0, (top + bottom) / 2)
    room = (bottom - top) * float(main.strip.lengths[0])
    if design.kind == "logo":
        name = "disc" if design.motif == "leaf" else design.motif
        _stamp(
            mask,
            name,
            [(float(centre[0]), float(centre[1]))],
            min(half * (0.38 + 0.3 * design.phase[1]), room / 2),
            0.0,
        )
        return _unit(mask)
    font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(2, round(half * (0.2 if len(design.word) == 1 else 0.12)))
    (wide, high), _ = cv2.getTextSize(design.word, font, 1.0, 1)
    scale = min(1.25 * half / max(wide, 1), min(0.95 * half, 0.9 * room) / max(high, 1))
    (wide, high), _ = cv2.getTextSize(design.word, font, scale, thick)
    corner = (round(float(centre[0]) - wide / 2), round(float(centre[1]) + high / 2))
    cv2.putText(mask, design.word, corner, font, scale, 255, thick, cv2.LINE_AA)
    return _unit(mask)


def _trim(albedo: F32, design: Design, cut: Cut, laid: dict[str, Piece], colour: F32) -> None:
    """A collar or neck band, hem bands, a waistband, a row of buttons."""
    h, w = albedo.shape[:2]
    scale = h / 256
    mask = np.zeros((h, w), np.uint8)
    if "torso" in laid and (design.trim or cut.neckline == "collar"):
        line = neckline(cut)
        x, y = laid["torso"].strip.place(line[:, 0], line[:, 1])
        points = np.round(np.stack([x, y], axis=1) * 16).astype(np.int32)
        width = (9 if cut.neckline == "collar" else 6) * scale
        cv2.polylines(mask, [points], False, 255, round(width), cv2.LINE_AA, 4)
    if design.trim:
        for name, piece in laid.items():
            if name.startswith(("sleeve", "leg")):
                _band(mask, piece, piece.end - 0.07, piece.end + 0.1)
            elif name == "skirt":
                _band(mask, piece, 0.93, 1.1)
    if "pelvis" in laid:
        _band(mask, laid["pelvis"], 0.55, 0.64)
    elif "torso" in laid and "skirt" in laid:
        _band(mask, laid["torso"], cut.hem - 0.07, cut.hem - 0.015)
    elif "skirt" in laid:
        _band(mask, laid["skirt"], -0.1, 0.045)
    _mix(albedo, colour if design.trim or cut.neckline == "collar" else design.colours[0] * 0.7, _unit(mask))
    if design.buttons and "torso" in laid and design.kind not in {"letters", "logo", "prints"}:
        strip = laid["torso"].strip
        top = 0.34 if cut.neckline == "v" else 0.2
        line = np.stack(strip.place(np.zeros(8), np.linspace(top, cut.hem - 0.06, 8)), axis=1)
        dots = np.zeros((h, w), np.uint8)
        _stamp(dots, "disc", [(float(px), float(py)) for px, py in line], 2.6 * scale, 0.0)
        _mix(albedo, colour, _unit(dots))


def _band(mask: NDArray[np.uint8], piece: Piece, start: float, end: float) -> None:
    s = np.array([-1.1, 1.1, 1.1, -1.1])
    x, y = piece.strip.place(s, np.array([start, start, end, end]))
    _fill(mask, [np.stack([x, y], axis=1).astype(np.float64)])
