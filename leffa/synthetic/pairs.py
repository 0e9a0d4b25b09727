"""Samples by seed: garments, people, try-on pairs and pose pairs.

Each part of a sample draws from its own stream of the seed, so changing how one part is drawn
leaves the others as they are.
"""

from __future__ import annotations

import numpy as np

from leffa.errors import OptionInvalid
from leffa.synthetic import palette
from leffa.synthetic.background import paint_background
from leffa.synthetic.body import BodyShape, Figure, build_figure, sample_shape
from leffa.synthetic.flat import Garment, make_garment
from leffa.synthetic.head import sample_head
from leffa.synthetic.pose import SIDES, Pose, sample_pose
from leffa.synthetic.records import GARMENT_TYPES, SIZE, Pair, PosePair, RenderedGarment, RenderedPerson
from leffa.synthetic.render import Look, Scene, render_person
from leffa.synthetic.strip import F64

_KIND, _BODY, _POSE, _FRAME, _GROUND, _LOOK, _TOP, _BOTTOM, _DRESS, _NEW, _OTHER_POSE = range(11)


def sample_garment(
    seed: int, garment_type: str | None = None, size: tuple[int, int] = SIZE
) -> RenderedGarment:
    """The flat photo of a random garment; `garment_type` None: any of the three.

    size: (width, height), 3:4. Raises `OptionInvalid` for other sizes or types.
    """
    _check(size, garment_type)
    kind = garment_type or _sample_type(seed)
    return make_garment(_stream(seed, _NEW), kind, size).photo


def sample_person(seed: int, size: tuple[int, int] = SIZE) -> RenderedPerson:
    """A random person in their own clothes; the flow points into one of these."""
    _check(size, None)
    kind = _sample_type(seed)
    outfit = _own_clothes(seed, kind, size)
    scene = _scene(seed, size, kind)
    return render_person(scene, [scene.put_on(garment) for garment in outfit], _main(outfit, kind))


def sample_pair(seed: int, size: tuple[int, int] = SIZE, garment_type: str | None = None) -> Pair:
    """A try-on sample with exact ground truth.

    For an upper or lower garment the rest of the outfit stays; a dress replaces all of it.
    size: (width, height), 3:4. Raises `OptionInvalid` for other sizes or types.
    """
    _check(size, garment_type)
    kind = garment_type or _sample_type(seed)
    scene = _scene(seed, size, kind)
    own = _own_clothes(seed, kind, size)
    new = make_garment(_stream(seed, _NEW), kind, size)
    worn = [scene.put_on(garment) for garment in own]
    kept = [] if kind == "dresses" else [w for w in worn if w.garment.cut.garment_type != kind]
    person = render_person(scene, worn, _main(own, kind))
    target = render_person(scene, [*kept, scene.put_on(new)], new)
    return Pair(person, new.photo, target, kind, seed)


def sample_pose_pair(seed: int, size: tuple[int, int] = SIZE) -> PosePair:
    """One person in the same clothes before the same ground in two poses."""
    _check(size, None)
    kind = _sample_type(seed)
    outfit = _own_clothes(seed, kind, size)
    first = _scene(seed, size, kind)
    pose = sample_pose(_stream(seed, _OTHER_POSE), back=None)
    shape = sample_shape(_stream(seed, _BODY))
    figure = _framed(shape, pose, _stream(seed, _FRAME), size, kind)
    second = Scene.of(figure, first.look, first.background)
    source, target = (
        render_person(scene, [scene.put_on(garment) for garment in outfit], _main(outfit, kind))
        for scene in (first, second)
    )
    return PosePair(source, target, seed)


def _stream(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part])


def _check(size: tuple[int, int], garment_type: str | None) -> None:
    w, h = size
    if w <= 0 or h <= 0 or abs(w * 4 - h * 3) > 4:
        raise OptionInvalid(f"synthetic pictures are 3:4, for example 192x256, not {w}x{h}")
    if garment_type is not None and garment_type not in GARMENT_TYPES:
        raise OptionInvalid(f"garment type must be one of {', '.join(GARMENT_TYPES)}, not {garment_type}")


def _sample_type(seed: int) -> str:
    return str(_stream(seed, _KIND).choice(GARMENT_TYPES, p=[0.5, 0.25, 0.25]))


def _own_clothes(seed: int, kind: str, size: tuple[int, int]) -> list[Garment]:
    """What the person wears at first, from the skin outwards: a dress, or a lower and an upper garment."""
    if kind == "dresses" and _stream(seed, _LOOK).random() < 0.4:
        return [make_garment(_stream(seed, _DRESS), "dresses", size)]
    bottom = make_garment(_stream(seed, _BOTTOM), "lower_body", size)
    return [bottom, make_garment(_stream(seed, _TOP), "upper_body", size)]


def _main(outfit: list[Garment], kind: str) -> Garment:
    """The garment of the given type, else the last one put on."""
    return next((g for g in outfit if g.cut.garment_type == kind), outfit[-1])


def _scene(seed: int, size: tuple[int, int], kind: str) -> Scene:
    shape = sample_shape(_stream(seed, _BODY))
    figure = _framed(shape, sample_pose(_stream(seed, _POSE)), _stream(seed, _FRAME), size, kind)
    rng = _stream(seed, _LOOK)
    look = Look(sample_head(rng), palette.cloth(rng, bottom=True), bool(rng.random() < 0.3))
    return Scene.of(figure, look, paint_background(_stream(seed, _GROUND), size))


def _framed(
    shape: BodyShape, pose: Pose, rng: np.random.Generator, size: tuple[int, int], kind: str
) -> Figure:
    """Fit the figure to the picture: full length mostly, from the hips up sometimes."""
    w, h = size
    trial = build_figure(shape, pose, 1.0, np.zeros(2))
    low, high = _extent(trial)
    close = rng.random() < {"upper_body": 0.55, "dresses": 0.3, "lower_body": 0.0}[kind]
    fill, shift, drop = rng.uniform(0.9, 0.96), rng.uniform(-0.05, 0.05), rng.uniform(0.3, 0.7)
    cut = rng.uniform(0.1, 0.75) if kind == "upper_body" else rng.uniform(0.9, 1.2)
    if close:
        bottom = float(trial.legs["left"].point(0.0, cut)[1])
        unit = h * rng.uniform(0.93, 0.96) / (bottom - low[1])
    else:
        unit = h * fill / (high[1] - low[1])
    unit = min(unit, 1.08 * w / (high[0] - low[0]))
    top = h - unit * (bottom - low[1]) if close else (h - unit * (high[1] - low[1])) * drop
    middle = w * (0.5 + shift)
    base = np.array([middle - 0.5 * (low[0] + high[0]) * unit * 0.5, max(top, 0.02 * h) - low[1] * unit])
    return build_figure(shape, pose, unit, base)


def _extent(figure: Figure) -> tuple[F64, F64]:
    """The box of head, hands and feet, in heads."""
    head = figure.head.centre
    ends = [figure.hands[s].joints[-1] for s in SIDES] + [p for s in SIDES for p in figure.feet[s]]
    points = np.stack([head + np.array([0.0, -0.66]), *ends])
    sides = np.array([[-0.9, 0.0], [0.9, 0.0]])
    points = np.concatenate([points, sides])
    return points.min(axis=0), points.max(axis=0)
