"""From a plain picture of a drawn person to what the mini model wants to know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import PersonNotFound
from leffa.framing import Frame
from leffa.maps import PersonMaps
from leffa.masks import WORK_SIZE as PARSED_SIZE
from leffa.masks.labels import DENSE_TORSO, Atr, where
from leffa.preprocessing.drawn.network import FRAME, Logits, Seer
from leffa.preprocessing.drawn.reading import how_sure, lip_of, one_outfit, read_joints, read_labels
from leffa.preprocessing.drawn.weights import load_seer
from leffa.preprocessing.people import Box, check_person, choose_person
from leffa.preprocessing.preprocessor import WORK_SIZE, Control, Seen

# Around the person, a share of the box's longer side.
MARGIN = 0.08
# A person at least this tall in the frame of the whole photo is worked on there.
FILLS_THE_FRAME = 0.7
# Pixels of the photo: the mini model's own pictures are 128 tall.
SMALLEST_PERSON = 96
# Shares of the network's picture: less is a speck; less of the close-up is nobody.
SPECK, PERSON = 0.002, 0.04
# What the network makes of photographs and patterns it doubts itself, and it finds few joints there.
SURE, JOINTS = 0.59, 9
HEAD = (Atr.FACE, Atr.HAIR, Atr.HAT)

_ADVICE = (
    "the mini model knows drawn people only, whole and with their heads; photographs need the published "
    "weights (`leffa weights pull`, then --weights FOLDER)"
)


@dataclass(frozen=True)
class _Look:
    """One look through a frame: what the network answers, and everybody's labels in its own small picture."""

    frame: Frame
    picture: Image.Image
    logits: Logits
    atr: NDArray[np.uint8]
    densepose: NDArray[np.uint8]

    @cached_property
    def people(self) -> tuple[NDArray[np.int32], list[int], NDArray[np.float32]]:
        """Which of the people each pixel shows, their numbers, and their boxes `[n, 4]` in the frame."""
        shown = (self.atr > 0).astype(np.uint8)
        _, numbers, stats, _ = cv2.connectedComponentsWithStats(shown, connectivity=8)
        kept = [n for n in range(1, len(stats)) if stats[n, cv2.CC_STAT_AREA] >= SPECK * shown.size]
        corners = stats[kept][:, [0, 1, 0, 1]] + stats[kept][:, [0, 0, 2, 3]] * [0, 0, 1, 1]
        scale = WORK_SIZE[0] / FRAME[0]
        return np.asarray(numbers, np.int32), kept, (corners * scale).astype(np.float32)


class DrawnEyes:
    """Looks at pictures with the network that comes with the mini model."""

    def __init__(self, weights: Path, device: torch.device | str = "cpu") -> None:
        """weights: the file, which is loaded when the first picture comes."""
        self._weights, self._device = weights, torch.device(device)

    @cached_property
    def _seer(self) -> Seer:
        return load_seer(self._weights, self._device)

    def __call__(self, photo: Image.Image, control: Control) -> Seen:
        """The largest central person, whatever is to be done. Their back is no error: the mini model dresses
        it, too.

        U and V of DensePose are left at zero: models of drawn people do not read them. Raises
        `PersonNotFound`, `PersonTooSmall`, `PhotoTooDark`; `WeightsError`s.
        """
        look, chosen, count = self._find(photo)
        numbers, kept, boxes = look.people
        box = look.frame.box_on_photo(_box(boxes[chosen]))
        person = numbers == kept[chosen]
        joints = read_joints(look.logits)
        _require_drawn(look, person, joints)
        check_person(photo, box, SMALLEST_PERSON)
        near = _with_edges(person)
        labels = read_labels(one_outfit(look.logits, person), PARSED_SIZE)
        atr, densepose = (_enlarged(np.where(near, one, 0)) for one in labels)
        maps = PersonMaps(
            atr=atr,
            lip=lip_of(atr),
            densepose=densepose,
            densepose_uv=np.zeros((*atr.shape, 2), np.uint8),
            keypoints=_on_work_size(joints),
        )
        return Seen(look.frame, look.picture, maps, box, count)

    def _find(self, photo: Image.Image) -> tuple[_Look, int, int]:
        """A look from nearby enough, which of its people is meant, and how many there are in the photo."""
        look = self._look(photo, Frame.whole(photo.size, WORK_SIZE, smooth=True))
        chosen, count = _choose(look), len(look.people[1])
        box = _box(look.people[2][chosen])
        if box[3] - box[1] >= FILLS_THE_FRAME * WORK_SIZE[1]:
            return look, chosen, count
        around = look.frame.box_on_photo(box)
        near = self._look(photo, Frame.around_box(around, photo.size, WORK_SIZE, margin=MARGIN, smooth=True))
        return near, _choose(near), count

    @torch.inference_mode()
    def _look(self, photo: Image.Image, frame: Frame) -> _Look:
        picture = frame.photo(photo)
        pixels = np.asarray(picture.resize(FRAME, Image.Resampling.LANCZOS))
        inputs = torch.from_numpy(pixels.copy()).to(self._device).permute(2, 0, 1)[None].float() / 255
        logits: Logits = self._seer(inputs)
        return _Look(frame, picture, logits, *read_labels(logits, FRAME))


def _choose(look: _Look) -> int:
    if not len(look.people[1]):
        raise PersonNotFound(f"nobody was found in the picture; {_ADVICE}")
    return choose_person(look.people[2], WORK_SIZE[0])


def _require_drawn(look: _Look, person: NDArray[np.bool_], joints: NDArray[np.float64]) -> None:
    """Raises `PersonNotFound` where what was found is no whole drawn person."""
    is_drawn = (
        person.mean() >= PERSON
        and where(look.atr[person], HEAD).any()
        and where(look.densepose[person], DENSE_TORSO).any()
        and (joints > 0).any(axis=1).sum() >= JOINTS
        and how_sure(look.logits) >= SURE
    )
    if not is_drawn:
        raise PersonNotFound(f"what is in the picture does not look like a drawn person; {_ADVICE}")


def _with_edges(person: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The person at 384x512, a little wider: what lies farther off belongs to others, or to nobody."""
    enlarged = cv2.resize(person.astype(np.uint8), PARSED_SIZE, interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.dilate(enlarged, np.ones((7, 7)))) > 0


def _box(corners: NDArray[np.float32]) -> Box:
    left, top, right, bottom = (float(value) for value in corners)
    return left, top, right, bottom


def _enlarged(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = WORK_SIZE[0] // PARSED_SIZE[0]
    return labels.astype(np.uint8).repeat(factor, 0).repeat(factor, 1)


def _on_work_size(joints: NDArray[np.float64]) -> NDArray[np.float64]:
    """From the network's picture to the work size; pixels are counted at their middles."""
    scale = WORK_SIZE[0] / FRAME[0]
    known = (joints > 0).any(axis=1, keepdims=True)
    return np.where(known, (joints + 0.5) * scale - 0.5, 0.0)
