"""The networks that see people: each loaded when it is first needed, together within a memory bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from leffa.preprocessing.densepose import DensePose
from leffa.preprocessing.parsing.network import ParserKind
from leffa.preprocessing.parsing.parser import HumanParser, Parsing
from leffa.preprocessing.parsing.weights import Gamma, load_parser_network
from leffa.preprocessing.pose.openpose import OpenPose, load_openpose_network
from leffa.preprocessing.pose.poses import Pose, Poses, Reading
from leffa.preprocessing.pose.vitpose import VitPose, load_vitpose_network
from leffa.preprocessing.shelf import Shelf

# All four are 0.9 GB in float32.
MAX_BYTES = 2 * 2**30
Find = Callable[[], Path]


@dataclass(frozen=True)
class NetworkFiles:
    """Where the weights lie; asked when a network is loaded, raising `WeightsMissing` then.

    densepose: `.pkl`; parsing_atr, parsing_lip: `.onnx` or `.pth`; openpose: `.pth`; each also as converted
    `.safetensors`. vitpose: a folder; where it is given, it finds the joints instead of OpenPose.
    """

    densepose: Find
    parsing_atr: Find
    parsing_lip: Find
    openpose: Find
    vitpose: Path | None = None


class Networks:
    """What `NetworkFiles` name, ready to run. Not for several threads at once."""

    def __init__(
        self,
        files: NetworkFiles,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
        max_bytes: int = MAX_BYTES,
        gamma: Gamma = "abs",
    ) -> None:
        """max_bytes: of the weights kept in memory.

        gamma: how a parsing `.pth` stores its scales, see `leffa.preprocessing.parsing.weights`.
        """
        self.files = files
        self.shelf = Shelf(max_bytes)
        self._device, self._dtype, self._gamma = device, dtype, gamma

    def densepose(self) -> DensePose:
        return self.shelf.get(
            "densepose",
            lambda: DensePose.from_checkpoint(self.files.densepose(), dtype=self._dtype, device=self._device),
        )

    def parse(self, picture: Image.Image, *, published: bool = False) -> Parsing:
        """The label maps of a picture. The two networks run one after the other: room for one is enough."""

        def run(kind: ParserKind, find: Find) -> Callable[[Tensor], Tensor]:
            def logits(pixels: Tensor) -> Tensor:
                network = self.shelf.get(
                    f"parsing_{kind}",
                    lambda: load_parser_network(
                        find(), kind, gamma=self._gamma, dtype=self._dtype, device=self._device
                    ),
                )
                found: Tensor = network(pixels)
                return found

            return logits

        atr, lip = run("atr", self.files.parsing_atr), run("lip", self.files.parsing_lip)
        return HumanParser(atr, lip, published=published)(picture)

    def openpose(self, picture: Image.Image, *, keypoints: Reading = "direct") -> Poses:
        """Everybody's joints in a picture."""
        network = self.shelf.get(
            "openpose", lambda: load_openpose_network(self.files.openpose(), self._dtype, self._device)
        )
        return OpenPose(network)(picture, keypoints=keypoints)

    def vitpose(self, folder: Path, picture: Image.Image, boxes: Sequence[Sequence[float]]) -> list[Pose]:
        """The joints of the person in each box."""
        network = self.shelf.get("vitpose", lambda: load_vitpose_network(folder, self._dtype, self._device))
        return VitPose(network)(picture, boxes)
