"""From a plain photo to everything that the pipeline wants to know about the person in it."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import ModelName, control_picture
from leffa.errors import OptionInvalid
from leffa.framing import Frame
from leffa.maps import PersonMaps
from leffa.masks import mask_for, require_nonempty
from leffa.pictures import flatten
from leffa.preprocessing.people import Box
from leffa.presets import Rule

Control = Literal["tryon", "pose"]
CONTROLS = ("tryon", "pose")
MODELS_OF: dict[Control, tuple[ModelName, ...]] = {
    "tryon": ("viton_hd", "dress_code"),
    "pose": ("deep_fashion",),
}

WORK_SIZE = (768, 1024)  # (width, height) of all published models


@dataclass(frozen=True)
class Preprocessed:
    """What is known about the person in a photo, in a frame of 768x1024 pixels round them.

    frame: the part of the photo that was worked on, and the way back into it. picture: that part, RGB.
    maps: label maps, DensePose and joints of `picture` (of a pose photo, DensePose only).
    mask: L, white where to repaint; all white for pose transfer. densepose: the model's control picture, RGB.
    person_box: x1, y1, x2, y2 in pixels of the photo. people: how many were found; if more than one, the
    largest central one was taken. joints_found: of 18, 0 for a pose photo.
    """

    frame: Frame
    picture: Image.Image
    maps: PersonMaps
    mask: Image.Image
    densepose: Image.Image
    person_box: Box
    people: int
    joints_found: int

    @property
    def keypoints(self) -> NDArray[np.float64]:
        """float64 `[18, 2]`, x and y in pixels of `picture`, (0, 0) = missing."""
        return self.maps.keypoints


@dataclass(frozen=True)
class Seen:
    """What does not depend on model and garment type, and is remembered; fields as in `Preprocessed`."""

    frame: Frame
    picture: Image.Image
    maps: PersonMaps
    person_box: Box
    people: int


class Eyes(Protocol):
    """Networks that see people: the published ones, or the one that knows drawn people."""

    def __call__(self, photo: Image.Image, control: Control) -> Seen:
        """The person in an RGB photo of any size. Raises `PersonError`s, `WeightsError`s."""


class Preprocessor:
    """Looks at photos, and remembers the last ones by their content. One thread at a time."""

    def __init__(self, eyes: Eyes, *, mask_rule: Rule = "published", remembered: int = 8) -> None:
        """mask_rule: taken where a call names none. remembered: photos whose maps are kept in memory, 6 MB
        each; `forget` drops them."""
        self._eyes = eyes
        self._mask_rule = mask_rule
        self._remembered = remembered
        self._memory: OrderedDict[str, Seen] = OrderedDict()

    def __call__(
        self,
        photo: Image.Image,
        control: Control = "tryon",
        model: ModelName | None = None,
        garment_type: str = "upper_body",
        *,
        mask_rule: str | None = None,
    ) -> Preprocessed:
        """Everything about the person in `photo`, a decoded upright picture of any size.

        model: None takes the control's first: viton_hd, deep_fashion. garment_type, mask_rule: of the mask,
        see `leffa.masks.agnostic_mask`; without a rule, the one of these eyes' models.

        Raises `OptionInvalid`; `PersonNotFound`, `PersonTooSmall`, `PhotoTooDark`, `BackView`, which say what
        to do; `MaskEmpty`; `WeightsError`s.
        """
        if control not in CONTROLS:
            raise OptionInvalid(f"control must be one of {', '.join(CONTROLS)}, got {control!r}")
        model = model or MODELS_OF[control][0]
        if model not in MODELS_OF[control]:
            raise OptionInvalid(f"{model} is not a model for {control}: {', '.join(MODELS_OF[control])}")
        seen = self._remember(flatten(photo), control)
        if control == "tryon":
            mask = require_nonempty(
                mask_for(seen.maps, garment_type, model, rule=mask_rule or self._mask_rule)
            )
        else:
            mask = Image.new("L", WORK_SIZE, 255)
        return Preprocessed(
            frame=seen.frame,
            picture=seen.picture,
            maps=seen.maps,
            mask=mask,
            densepose=control_picture(seen.maps.densepose, model, seen.maps.densepose_uv),
            person_box=seen.person_box,
            people=seen.people,
            joints_found=int(np.count_nonzero((seen.maps.keypoints > 0).any(axis=1))),
        )

    def forget(self) -> None:
        """Drop what is remembered of every photo."""
        self._memory.clear()

    def _remember(self, photo: Image.Image, control: Control) -> Seen:
        key = f"{control} {hashlib.sha256(repr(photo.size).encode() + photo.tobytes()).hexdigest()}"
        if key not in self._memory:
            self._memory[key] = self._eyes(photo, control)
        self._memory.move_to_end(key)
        seen = self._memory[key]
        while len(self._memory) > self._remembered:
            self._memory.popitem(last=False)
        return seen
