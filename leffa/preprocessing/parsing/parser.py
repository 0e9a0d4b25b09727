"""From a photo to its label maps, by two parsing networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from leffa.masks.labels import Atr, BoolMap, LabelMap
from leffa.preprocessing.parsing.letterbox import ChannelOrder, Letterbox, network_input
from leffa.preprocessing.parsing.network import KINDS, ParserKind
from leffa.preprocessing.parsing.refine import refine_labels

Network = Callable[[Tensor], Tensor]
"""Normalised float32 `[1, 3, size, size]` on the CPU to fusion logits `[1, classes, n, n]`: a `SchpNetwork`,
or a function that loads one, runs it and lets it go, where two do not fit into memory together."""


@dataclass(frozen=True)
class Parsing:
    """What each pixel of a picture shows."""

    atr: LabelMap
    """uint8 `[h, w]`, labels `leffa.masks.labels.Atr`, refined and with the neck."""
    lip: LabelMap
    """uint8 `[h, w]`, labels `leffa.masks.labels.Lip`."""
    face: BoolMap
    """bool `[h, w]`: where `atr` is the face."""


class HumanParser:
    """The published demo's parsing step (`preprocess/humanparsing`), with `.onnx` or `.pth` weights."""

    def __init__(
        self, atr: Network, lip: Network, *, channel_order: ChannelOrder = "bgr", published: bool = False
    ) -> None:
        """published: repeat the faults of the published refinement, see `refine_labels`."""
        self._networks: dict[ParserKind, Network] = {"atr": atr, "lip": lip}
        self._channel_order: ChannelOrder = channel_order
        self._published = published

    def __call__(self, picture: Image.Image) -> Parsing:
        """Parse an RGB picture, maps at its own size.

        The demo hands over `photo.resize((384, 512))` (bicubic), whatever the photo's proportions are.
        """
        atr, lip = (
            parse_labels(network, kind, picture, self._channel_order)
            for kind, network in self._networks.items()
        )
        refined = refine_labels(atr, lip, published=self._published)
        return Parsing(refined, lip, refined == Atr.FACE)


def parse_labels(
    network: Network, kind: ParserKind, picture: Image.Image, channel_order: ChannelOrder = "bgr"
) -> LabelMap:
    """One network's labels as they are, uint8 `[h, w]` of an RGB picture of that size.

    With `channel_order="rgb"` they are those that the published mask path works on.
    """
    box = Letterbox(picture.width, picture.height, KINDS[kind].size)
    square = box.warp(np.asarray(picture.convert("RGB")))
    with torch.inference_mode():
        logits = network(network_input(square, channel_order))[0].float().cpu()
    return box.labels(logits.numpy())
