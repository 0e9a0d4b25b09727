"""Seeing the people of photos with the published networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import ModelName
from leffa.errors import PersonNotFound
from leffa.framing import Frame
from leffa.maps import NUM_KEYPOINTS, PersonMaps
from leffa.masks import WORK_SIZE as PARSED_SIZE
from leffa.preprocessing.densepose import PersonChart, whole
from leffa.preprocessing.networks import Networks
from leffa.preprocessing.people import Box, check_front, check_person, choose_person
from leffa.preprocessing.pose.poses import Reading, person_in
from leffa.preprocessing.preprocessor import WORK_SIZE, Control, Seen

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


class PublishedEyes:
    """Looks at a photo with DensePose, the two parsing networks and a pose network."""

    def __init__(self, networks: Networks, quirks: Quirks | None = None) -> None:
        self.networks = networks
        self.quirks = quirks or Quirks()

    def __call__(self, photo: Image.Image, control: Control) -> Seen:
        """Raises `PersonError`s, `WeightsError`s."""
        frame, chart, box, people = self._find(photo)
        picture = frame.photo(photo)
        person_box = frame.box_on_photo(box)
        check_person(photo, person_box)
        labels, uv = whole(chart, WORK_SIZE)
        if control == "tryon":
            atr, lip, keypoints = self._parse(picture, box, alone=people == 1)
            check_front(atr, labels)
        else:
            atr = lip = np.zeros_like(labels)
            keypoints = np.zeros((NUM_KEYPOINTS, 2))
        maps = PersonMaps(atr=atr, lip=lip, densepose=labels, densepose_uv=uv, keypoints=keypoints)
        return Seen(frame, picture, maps, person_box, people)

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
        near = Frame.around_box(frame.box_on_photo(box), photo.size, WORK_SIZE, margin=MARGIN, smooth=smooth)
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


def _grown(box: Box) -> Box:
    space = REACH * max(box[2] - box[0], box[3] - box[1])
    return box[0] - space, box[1] - space, box[2] + space, box[3] + space


def _inside(box: Box, shape: Sequence[int]) -> NDArray[np.bool_]:
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])
