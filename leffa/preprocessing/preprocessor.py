"""From a plain photo to everything that the pipeline wants to know about the person in it."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import ModelName, control_picture
from leffa.errors import OptionInvalid, PersonNotFound
from leffa.framing import Frame
from leffa.maps import NUM_KEYPOINTS, PersonMaps
from leffa.masks import WORK_SIZE as PARSED_SIZE
from leffa.masks import mask_for, require_nonempty
from leffa.pictures import flatten
from leffa.preprocessing.densepose import PersonChart, whole
from leffa.preprocessing.networks import Networks
from leffa.preprocessing.people import Box, check_front, check_person, choose_person
from leffa.preprocessing.pose.poses import Reading, person_in

Control = Literal["tryon", "pose"]
CONTROLS = ("tryon", "pose")
MODELS_OF: dict[Control, tuple[ModelName, ...]] = {
    "tryon": ("viton_hd", "dress_code"),
    "pose": ("deep_fashion",),
}

WORK_SIZE = (768, 1024)  # (width, height) of all published models
# Around the person, a share of the box's longer side.
MARGIN = 0.12
# A person at least this tall in the frame of the whole photo is worked on there.
FILLS_THE_FRAME = 0.6
# Where others stand beside the person: what is parsed farther from the person's box is theirs.
REACH = 0.05


@dataclass(frozen=True)
class Quirks:
    """What the published front ends do otherwise than meant; every default is the repaired way.

    channel_order: DensePose was trained on "bgr", the demo feeds "rgb".
    instance: which person is drawn, "central" (largest and central), or the "first" (surest) or "last"
    detection: the demo's segmentation picture shows the last, its IUV picture the first.
    whole_photo: the demo does not crop to the person, and shrinks photos with aliasing.
    parsing: repeat the faults of the demo's label refinement.
    keypoints: "shifted" joints, see `leffa.preprocessing.pose`.
    first_pose: take the first person that OpenPose assembled, whoever it is.
    """

    channel_order: Literal["bgr", "rgb"] = "bgr"
    instance: Literal["central", "first", "last"] = "central"
    whole_photo: bool = False
    parsing: bool = False
    keypoints: Reading = "direct"
    first_pose: bool = False

    @classmethod
    def published(cls, model: ModelName) -> Quirks:
        """All of them, as the published demo runs `model`."""
        return cls(
            channel_order="rgb",
            instance="last" if model == "viton_hd" else "first",
            whole_photo=True,
            parsing=True,
            keypoints="shifted",
            first_pose=True,
        )


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
class _Seen:
    """What does not depend on model and garment type, and is remembered."""

    frame: Frame
    picture: Image.Image
    maps: PersonMaps
    person_box: Box
    people: int


class Preprocessor:
    """Runs the networks over photos, and remembers the last ones by their content. One thread at a time."""

    def __init__(self, networks: Networks, quirks: Quirks | None = None, *, remembered: int = 8) -> None:
        """remembered: photos whose maps are kept in memory, 6 MB each; `forget` drops them."""
        self.networks = networks
        self.quirks = quirks or Quirks()
        self._remembered = remembered
        self._memory: OrderedDict[str, _Seen] = OrderedDict()

    def __call__(
        self,
        photo: Image.Image,
        control: Control = "tryon",
        model: ModelName | None = None,
        garment_type: str = "upper_body",
        *,
        mask_rule: str = "published",
    ) -> Preprocessed:
        """Everything about the person in `photo`, a decoded upright picture of any size.

        model: None takes the control's first: viton_hd, deep_fashion. garment_type, mask_rule: of the mask,
        see `leffa.masks.agnostic_mask`.

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
            mask = require_nonempty(mask_for(seen.maps, garment_type, model, rule=mask_rule))
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

    def _remember(self, photo: Image.Image, control: Control) -> _Seen:
        key = f"{control} {hashlib.sha256(repr(photo.size).encode() + photo.tobytes()).hexdigest()}"
        if key not in self._memory:
            self._memory[key] = self._see(photo, control)
        self._memory.move_to_end(key)
        seen = self._memory[key]
        while len(self._memory) > self._remembered:
            self._memory.popitem(last=False)
        return seen

    def _see(self, photo: Image.Image, control: Control) -> _Seen:
        frame, chart, box, people = self._find(photo)
        picture = frame.photo(photo)
        person_box = _on_photo(frame, box)
        check_person(photo, person_box)
        labels, uv = whole(chart, WORK_SIZE)
        if control == "tryon":
            atr, lip, keypoints = self._parse(picture, box, alone=people == 1)
            check_front(atr, labels)
        else:
            atr = lip = np.zeros_like(labels)
            keypoints = np.zeros((NUM_KEYPOINTS, 2))
        maps = PersonMaps(atr=atr, lip=lip, densepose=labels, densepose_uv=uv, keypoints=keypoints)
        return _Seen(frame, picture, maps, person_box, people)

    def _find(self, photo: Image.Image) -> tuple[Frame, PersonChart, Box, int]:
        """The frame to work in, and in it the chart and the box of the person; how many people there are.

        A person who fills the frame of the whole photo is worked on there; else the photo is cropped, and
        the person looked at again from nearby.
        """
        smooth = not self.quirks.whole_photo
        frame = Frame.whole(photo.size, WORK_SIZE, smooth=smooth)
        chart, box, people = self._chart(frame.photo(photo))
        if self.quirks.whole_photo or box[3] - box[1] >= FILLS_THE_FRAME * WORK_SIZE[1]:
            return frame, chart, box, people
        near = Frame.around_box(_on_photo(frame, box), photo.size, WORK_SIZE, margin=MARGIN, smooth=smooth)
        try:
            chart, box, _ = self._chart(near.photo(photo))
        except PersonNotFound:  # a doubtful detection, lost in the close-up
            return frame, chart, box, people
        return near, chart, box, people

    def _chart(self, picture: Image.Image) -> tuple[PersonChart, Box, int]:
        densepose = self.networks.densepose()
        detections = densepose.detect(picture, channel_order=self.quirks.channel_order)
        boxes = detections.boxes.float().cpu().numpy()
        index = choose_person(boxes, picture.width)
        if self.quirks.instance != "central":
            index = {"first": 0, "last": len(boxes) - 1}[self.quirks.instance]
        (chart,) = densepose.read(detections, [index])
        x1, y1, x2, y2 = (float(value) for value in boxes[index])
        return chart, (x1, y1, x2, y2), len(boxes)

    def _parse(
        self, picture: Image.Image, box: Box, *, alone: bool
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float64]]:
        """ATR and LIP labels `[1024, 768]` and joints `[18, 2]` of the person in `box`.

        As in the published demo the networks see the picture at 384x512.
        """
        small = picture.resize(PARSED_SIZE)
        parsing = self.networks.parse(small, published=self.quirks.parsing)
        factor = WORK_SIZE[0] // PARSED_SIZE[0]
        atr, lip = (labels.repeat(factor, 0).repeat(factor, 1) for labels in (parsing.atr, parsing.lip))
        if not alone and not self.quirks.whole_photo:
            others = ~_inside(_grown(box), atr.shape)
            atr, lip = np.where(others, np.uint8(0), atr), np.where(others, np.uint8(0), lip)
        return atr, lip, self._joints(picture, small, box)

    def _joints(self, picture: Image.Image, small: Image.Image, box: Box) -> NDArray[np.float64]:
        if self.networks.files.vitpose is not None:
            (pose,) = self.networks.vitpose(self.networks.files.vitpose, picture, [box])
            return pose.keypoints
        factor = WORK_SIZE[0] // PARSED_SIZE[0]
        people = self.networks.openpose(small, keypoints=self.quirks.keypoints).people
        if self.quirks.first_pose:
            chosen = people[0] if people else None
        else:
            chosen = person_in(people, [side / factor for side in box])
        return np.zeros((NUM_KEYPOINTS, 2)) if chosen is None else chosen.keypoints * factor


def _on_photo(frame: Frame, box: Box) -> Box:
    """A box in the frame's pixels, in the photo's."""
    left, top, right, bottom = frame.fit.box
    x0, y0, x1, y1 = frame.box
    across, down = (x1 - x0) / (right - left), (y1 - y0) / (bottom - top)
    return (
        min(max(x0 + (box[0] - left) * across, x0), x1),
        min(max(y0 + (box[1] - top) * down, y0), y1),
        min(max(x0 + (box[2] - left) * across, x0), x1),
        min(max(y0 + (box[3] - top) * down, y0), y1),
    )


def _grown(box: Box) -> Box:
    space = REACH * max(box[2] - box[0], box[3] - box[1])
    return box[0] - space, box[1] - space, box[2] + space, box[3] + space


def _inside(box: Box, shape: Sequence[int]) -> NDArray[np.bool_]:
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])
