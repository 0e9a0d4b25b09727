"""Painting a person: body, clothes and head from far to near, with every label map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leffa.maps import PersonMaps
from leffa.synthetic.anatomy import Anatomy, arm_order, leg_order, make_anatomy
from leffa.synthetic.body import Figure
from leffa.synthetic.canvas import Canvas, Sketch
from leffa.synthetic.flat import Garment
from leffa.synthetic.head import (
    FACE,
    HAIR,
    HAT,
    NECK,
    SUNGLASSES,
    HeadLook,
    draw_hair_behind,
    draw_head,
    draw_locks,
    face_outline,
)
from leffa.synthetic.palette import Colour
from leffa.synthetic.records import RenderedPerson
from leffa.synthetic.shading import round_shade
from leffa.synthetic.strip import F32, Mask, Patch, Strip, polygon
from leffa.synthetic.surface import HeadPlane, Plane, Surface
from leffa.synthetic.worn import Worn, put_on

_ARM = {"left": (14, 14), "right": (15, 15)}
_LEG = {"left": (12, 16), "right": (13, 17)}
_SHOE = {"left": (9, 18), "right": (10, 19)}


@dataclass(frozen=True)
class Look:
    """What stays the same about a person in every pose and outfit."""

    head: HeadLook
    shoes: Colour
    tucked: bool


@dataclass(frozen=True)
class Scene:
    """A person in a pose before a ground; outfits are painted on it."""

    figure: Figure
    anatomy: Anatomy
    look: Look
    background: F32

    @classmethod
    def of(cls, figure: Figure, look: Look, background: F32) -> Scene:
        h, w = background.shape[:2]
        return cls(figure, make_anatomy(figure, (w, h)), look, background)

    @cached_property
    def hair_behind(self) -> Sketch:
        """Hair that lies behind the body."""
        h, w = self.background.shape[:2]
        sketch = Sketch((w, h))
        draw_hair_behind(sketch, self.figure, self.look.head)
        return sketch

    @cached_property
    def head(self) -> Sketch:
        """The head with its hair."""
        h, w = self.background.shape[:2]
        sketch = Sketch((w, h))
        draw_head(sketch, self.figure, self.look.head)
        draw_locks(sketch, self.figure, self.look.head)
        return sketch

    def put_on(self, garment: Garment) -> Worn:
        """The garment on this person."""
        h, w = self.background.shape[:2]
        return put_on(garment, self.figure, self.look.tucked, (w, h))


def render_person(scene: Scene, outfit: list[Worn], reference: Garment) -> RenderedPerson:
    """Paint `scene` in `outfit`. `reference`: the one garment of it that the flow points into."""
    painter = _Painter(scene, outfit, reference)
    painter.paint()
    canvas, body = painter.canvas, scene.anatomy
    hidden_by_hair = (canvas.atr == 2) & (body.densepose < 23)
    maps = PersonMaps(
        atr=canvas.atr,
        lip=canvas.lip,
        densepose=np.where(hidden_by_hair, 0, body.densepose).astype(np.uint8),
        densepose_uv=np.where(hidden_by_hair[..., None], 0, body.densepose_uv).astype(np.uint8),
        keypoints=body.keypoints.copy(),
    )
    return RenderedPerson(canvas.image(), maps, reference.photo, canvas.flow, canvas.surfaces)


class _Painter:
    def __init__(self, scene: Scene, outfit: list[Worn], reference: Garment) -> None:
        self.scene = scene
        self.figure, self.body, self.look = scene.figure, scene.anatomy, scene.look
        self.canvas = Canvas(scene.background)
        self.size, self.unit = self.canvas.size, scene.figure.unit
        self.reference = reference
        self.outfit = outfit

    def paint(self) -> None:
        self._ground_shadow()
        if not self.figure.pose.back:
            self.canvas.lay(self.scene.hair_behind)
        for side in arm_order(self.figure, behind=True):
            self._arm(side)
        for side in leg_order(self.figure):
            self._leg(side)
        self._trunk()
        for side in arm_order(self.figure, behind=False):
            self._arm(side)
        self.canvas.lay(self.scene.head)
        self._show_head()

    def _ground_shadow(self) -> None:
        feet = np.concatenate(list(self.figure.feet.values()))
        low, high = feet.min(axis=0), feet.max(axis=0)
        centre = np.array([(low[0] + high[0]) / 2, high[1] - 0.02 * self.unit])
        reach = np.array([(high[0] - low[0]) / 2 + 0.45 * self.unit, 0.24 * self.unit])
        box = polygon(centre + reach * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]), self.size)
        rows, columns = box.window
        x = (np.arange(columns.start, columns.stop, dtype=np.float32) - centre[0]) / reach[0]
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) - centre[1]) / reach[1]
        fall = np.clip(1 - x[None, :] ** 2 - y[:, None] ** 2, 0, 1).astype(np.float32)
        self.canvas.paint(Mask(box.window, fall), np.array([40.0, 36.0, 44.0]), None, 0.42)

    def _skin(self, name: str, strip: Strip, patch: Patch, labels: tuple[int, int]) -> None:
        if not patch.empty:
            shade = round_shade(patch, 0.16)
            self.canvas.paint(patch, shade * self.look.head.skin.astype(np.float32)[:, None, None], labels)
            self.canvas.show(patch, Surface(self._of_body(name), strip.place))

    def _cloth(self, name: str, shadow: float) -> None:
        for worn in self.outfit:
            piece = worn.pieces.get(name)
            if piece is not None and not piece.patch.empty:
                self.canvas.shadow(piece.patch, shadow, 0.09 * self.unit)
                self.canvas.paint(piece.patch, piece.colour, piece.labels)
                cloth = f"{worn.garment.cut.garment_type} {name}"
                self.canvas.show(piece.patch, Surface(cloth, piece.strip.place))
                if worn.garment is self.reference:
                    self.canvas.wear(piece.patch, piece.flow)

    def _arm(self, side: str) -> None:
        self.canvas.shadow(self.body.arms[side], 0.3, 0.1 * self.unit)
        self.canvas.shadow(self.body.hands[side], 0.25, 0.08 * self.unit)
        self._skin(f"hand_{side}", self.figure.hands[side], self.body.hands[side], _ARM[side])
        self._skin(f"arm_{side}", self.figure.arms[side], self.body.arms[side], _ARM[side])
        self._cloth(f"sleeve_{side}", 0.28)

    def _leg(self, side: str) -> None:
        self.canvas.shadow(self.body.legs[side], 0.25, 0.1 * self.unit)
        self._skin(f"leg_{side}", self.figure.legs[side], self.body.legs[side], _LEG[side])
        self._shoe(side)
        self._cloth(f"leg_{side}", 0.3)

    def _shoe(self, side: str) -> None:
        foot = self.body.feet[side]
        self.canvas.paint(foot, self.look.shoes, _SHOE[side])
        rows = np.arange(foot.window[0].start, foot.window[0].stop, dtype=np.float32)
        top = np.float32(self.figure.feet[side][:, 1].max() - 0.07 * self.unit)
        sole = foot.cover * np.clip(rows - top + np.float32(0.5), 0, 1)[:, None]
        self.canvas.paint(Mask(foot.window, sole), self.look.shoes * 0.45 + 130)
        self._show_shoe(side, foot)

    def _show_shoe(self, side: str, foot: Mask) -> None:
        ankle, reach = self.figure.legs[side].joints[-1], self.unit * np.array([self.figure.sign[side], 1.0])
        (ax, ay), (rx, ry) = ankle.astype(np.float32), reach.astype(np.float32)
        x, y = (np.arange(one.start, one.stop, dtype=np.float32) for one in foot.window[::-1])
        across, down = np.broadcast_arrays((x[None, :] - ax) / rx, (y[:, None] - ay) / ry)
        patch = Patch(foot.window, foot.cover, across, down)
        name = self._of_body(f"shoe_{side}")
        self.canvas.show(patch, Surface(name, Plane((ax, ay), (rx, ry)).chart))

    def _show_head(self) -> None:
        """Everything with a label of the head lies in the head's frame, also the hair behind the body."""
        surfaces = self.canvas.surfaces
        for label, turns in ((HAT, False), (HAIR, False), (SUNGLASSES, True), (FACE, True)):
            rows, columns = np.nonzero(self.canvas.atr == label[0])
            name = self._of_body(f"head {label[0]}")
            turns = turns and not self.figure.pose.back
            plane = HeadPlane(self.figure.head, turns)
            at = np.stack(plane.back(columns.astype(np.float32), rows.astype(np.float32)), axis=1)
            surfaces.show(Surface(name, plane.chart), rows, columns, at)

    def _of_body(self, name: str) -> str:
        """Cloth is the same at the front and the back, the body is not."""
        return f"{name} {'back' if self.figure.pose.back else 'front'}"

    def _trunk(self) -> None:
        self._skin("torso", self.figure.torso, self.body.torso, NECK)
        self._skin("neck", self.figure.neck, self.body.neck, NECK)
        chin = face_outline() * np.array([0.8, 1.0]) + np.array([0.0, 0.1])
        self.canvas.shadow(self._head_shape(chin), 0.26, 0.04 * self.unit)
        below, above = ("pelvis", "skirt"), ("torso",)
        for name in above + below if self.look.tucked else below + above:
            self._cloth(name, 0.0 if name == "pelvis" else 0.3)

    def _head_shape(self, shape: np.ndarray) -> Mask:
        return polygon(self.figure.head.place(shape), self.size)
