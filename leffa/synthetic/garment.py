"""Garment cuts: which pieces of cloth a garment has, and how they lie on a figure.

The same function lays a cut on a posed body (worn) and on the flat figure (the garment photo),
so a piece's (s, t) is the same point of cloth in both pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leffa.synthetic.body import WAIST, BodyShape, Figure, build_figure
from leffa.synthetic.pose import SIDES, LimbPose, Pose
from leffa.synthetic.strip import F64, Patch, Strip

_FLAT_SHAPE = BodyShape(0.8, 0.64, 0.68, 1.12, 1.08, 1.0, 1.0, 0.2)


@dataclass(frozen=True)
class Cut:
    """The sewing pattern. Ends are strip coordinates: sleeves on the arm, legs on the leg (0..2)."""

    garment_type: str
    neckline: str = "round"  # round | v | boat | straps | collar
    sleeve_end: float = 0.0  # 0 = sleeveless
    hem: float = 0.95  # along the torso
    ease: float = 1.08
    sleeve_ease: float = 1.2
    leg_end: float = 1.93
    leg_ease: float = 1.15
    skirt: bool = False
    flare: float = 1.2

    @property
    def has_top(self) -> bool:
        return self.garment_type != "lower_body"

    @property
    def has_bottom(self) -> bool:
        return self.garment_type != "upper_body"


@dataclass(frozen=True)
class Piece:
    """One piece of cloth on a figure: a panel with an `outline`, or a tube that ends at `end`."""

    name: str  # torso | pelvis | skirt | sleeve_<side> | leg_<side>
    strip: Strip
    outline: F64 | None = None
    end: float = 0.0

    def patch(self, size: tuple[int, int]) -> Patch:
        if self.outline is None:
            return self.strip.tube(size, end=self.end)
        return self.strip.panel(size, self.outline)


def sample_cut(rng: np.random.Generator, garment_type: str) -> Cut:
    """A cut of the given type, short or long, tight or loose."""
    sleeve_end = float(rng.choice([0.0, 0.5, 0.62, 1.0, 1.5, 1.95], p=[0.16, 0.24, 0.15, 0.08, 0.1, 0.27]))
    neckline = str(rng.choice(["round", "v", "boat", "collar"], p=[0.42, 0.22, 0.14, 0.22]))
    if sleeve_end == 0.0 and rng.random() < 0.6:
        neckline = "straps"
    cut = Cut(
        garment_type=garment_type,
        neckline=neckline,
        sleeve_end=sleeve_end,
        hem=float(rng.choice([0.68, 0.84, 0.95, 1.03], p=[0.2, 0.2, 0.35, 0.25])),
        ease=rng.uniform(1.03, 1.14),
        sleeve_ease=rng.uniform(1.12, 1.4),
        leg_end=float(rng.choice([0.5, 0.78, 1.45, 1.93], p=[0.15, 0.2, 0.1, 0.55])),
        leg_ease=rng.uniform(1.06, 1.4),
        skirt=bool(rng.random() < 0.4),
        flare=rng.uniform(1.05, 1.75),
    )
    if cut.garment_type == "dresses":
        skirt_end = float(rng.choice([0.55, 0.85, 1.15, 1.6], p=[0.25, 0.35, 0.25, 0.15]))
        return replace(cut, hem=WAIST + 0.02, skirt=True, leg_end=skirt_end, ease=rng.uniform(1.02, 1.07))
    if garment_type == "lower_body":
        cut = replace(cut, sleeve_end=0.0)
    if cut.skirt:
        return replace(cut, leg_end=float(rng.choice([0.5, 0.75, 1.1, 1.55], p=[0.25, 0.35, 0.25, 0.15])))
    return cut


def pieces(cut: Cut, figure: Figure, tucked: bool = False) -> dict[str, Piece]:
    """The garment's pieces on a figure, by name. `tucked`: an upper garment ends at the waist."""
    if tucked and cut.garment_type == "upper_body":
        cut = replace(cut, hem=min(cut.hem, WAIST + 0.05))
    extra = 0.025 * figure.unit
    found: dict[str, Piece] = {}
    if cut.has_bottom and cut.skirt:
        found["skirt"] = _skirt(cut, figure)
    elif cut.has_bottom:
        for side in SIDES:
            strip = _loosened(figure.legs[side], cut.leg_ease, extra)
            found[f"leg_{side}"] = Piece(f"leg_{side}", strip, end=cut.leg_end)
        outline = _mirrored(
            [(0, WAIST - 0.01), (1, WAIST - 0.02), *_side(WAIST, 1.0, 1.0), (0.5, 1.08), (0, 1.1)]
        )
        found["pelvis"] = Piece("pelvis", figure.torso.eased(1.0, extra), outline)
    if cut.has_top:
        found["torso"] = Piece("torso", figure.torso.eased(1.0, extra), _torso_outline(cut))
        if cut.sleeve_end:
            for side in SIDES:
                strip = _loosened(figure.arms[side], cut.sleeve_ease, extra)
                found[f"sleeve_{side}"] = Piece(f"sleeve_{side}", strip, end=cut.sleeve_end)
    return found


def flat_figure(cut: Cut, size: tuple[int, int]) -> Figure:
    """The figure that a flat lay is spread on: limbs straight, fitted into the picture."""
    spread = 0.82 if cut.sleeve_end <= 0.7 else (0.6 if cut.sleeve_end <= 1.1 else 0.3)
    arm, leg = LimbPose(spread, spread), LimbPose(0.07, 0.07)
    pose = Pose({s: arm for s in SIDES}, {s: leg for s in SIDES}, 0.0, 0.0, 0.0, False, "left", "left")
    trial = build_figure(_FLAT_SHAPE, pose, 100.0, np.zeros(2))
    corners = np.concatenate([_reach(piece) for piece in pieces(cut, trial).values()])
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = np.array(size) * np.array([0.88, 0.86])
    unit = 100.0 * float(min(*(room / (high - low)), size[1] / 256 * 0.62))
    base = np.array(size) / 2 - (low + high) / 2 * unit / 100.0
    return build_figure(_FLAT_SHAPE, pose, unit, base)


def neckline(cut: Cut) -> F64:
    """The neckline from its left end to its right end as (s, t) `[n, 2]`; the same at front and back."""
    kind = cut.neckline
    half, depth = {"round": (0.34, 0.13), "v": (0.33, 0.3), "boat": (0.5, 0.1), "straps": (0.5, 0.25)}.get(
        kind, (0.3, 0.12)
    )
    angle = np.linspace(-np.pi / 2, np.pi / 2, 17)
    s = half * np.sin(angle)
    rim = _rim(half)
    drop = 1 - np.abs(s) / half if kind in {"v", "collar"} else np.cos(angle) ** 0.7
    return np.stack([s, rim + (depth - rim) * drop], axis=1)


def _rim(s: float) -> float:
    """How far below the neck's base the shoulder line lies at `s`, along the torso."""
    return -0.012 + 0.075 * max(0.0, s - 0.26)


def _torso_outline(cut: Cut) -> F64:
    line = neckline(cut)
    right = line[line[:, 0] >= 0]
    if cut.sleeve_end:
        shoulder = [(0.8, 0.045), (0.94, 0.085), (1.0, 0.15), (0.97, 0.24)]
    elif cut.neckline == "straps":
        shoulder = [(0.68, 0.02), (0.7, 0.12), (0.76, 0.2), (0.9, 0.27), (0.98, 0.29)]
    else:
        shoulder = [(0.8, 0.045), (0.84, 0.12), (0.88, 0.2), (0.97, 0.27)]
    half = [(float(s), float(t)) for s, t in right] + shoulder
    half += [*_side(0.3, cut.hem, cut.ease), (0.55, cut.hem + 0.012), (0, cut.hem + 0.02)]
    return _mirrored(half)


def _loosened(limb: Strip, ease: float, extra: float) -> Strip:
    """Cloth over a limb: close at its root, `ease` times as wide further down."""
    return Strip(limb.joints, [(t, w * (1 + (ease - 1) * min(1.0, t * 1.6)) + extra) for t, w in limb.knots])


def _side(top: float, bottom: float, ease: float) -> list[tuple[float, float]]:
    return [(ease, float(t)) for t in np.linspace(top, bottom, 14)]


def _mirrored(half: list[tuple[float, float]]) -> F64:
    """A closed outline from its right half, from the top centre to the bottom centre."""
    right = np.array(half, np.float64)
    left = right[::-1] * np.array([-1.0, 1.0])
    return np.concatenate([right, left[1:-1]])


def _skirt(cut: Cut, figure: Figure) -> Piece:
    top = figure.torso.point(0.0, WAIST)
    ends = np.stack([figure.legs[side].point(0.0, cut.leg_end) for side in SIDES])
    bottom = ends.mean(axis=0)
    waist, hip = (float(figure.torso.width(np.array([t]))[0]) for t in (WAIST, 0.9))
    if cut.has_top:  # a dress: as wide as the bodice above
        waist *= cut.ease
    leg = float(figure.legs["left"].width(np.array([cut.leg_end]))[0])
    spread = float(np.ptp(ends[:, 0])) / 2 + leg
    hem = max(hip * (1 + (cut.flare - 1) * (0.4 + 0.6 * cut.leg_end)), spread * 1.08)
    extra = 0.03 * figure.unit
    length = float(np.hypot(*(bottom - top)))
    hips = min(0.85, float(figure.torso.lengths[0]) * (0.9 - WAIST) / length)
    knots = [
        (0, waist),
        (hips * 0.55, waist + (hip - waist) * 0.75),
        (hips, max(hip, hip + (hem - hip) * hips * 0.6)),
        (1, hem),
    ]
    strip = Strip(np.stack([top, bottom]), [(t, w + extra) for t, w in knots])
    sides = [(1.0, float(t)) for t in np.linspace(0, 1, 16)]
    wave = [(float(s), 1.0 + 0.025 * (1 - s * s)) for s in np.linspace(0.9, 0, 7)]
    return Piece("skirt", strip, _mirrored([(0, -0.02), (0.97, -0.02), *sides, *wave]))


def _reach(piece: Piece) -> F64:
    """The outermost points of a piece in pixels."""
    if piece.outline is not None:
        x, y = piece.strip.place(piece.outline[:, 0], piece.outline[:, 1])
    else:
        t = np.linspace(0, piece.end, 12).repeat(2)
        x, y = piece.strip.place(np.tile([-1.0, 1.0], 12), t)
    return np.stack([x, y], axis=1).astype(np.float64)
