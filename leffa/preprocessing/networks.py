"""The networks that see people: each loaded when it is first needed, together within a memory bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from PIL import Image
from torch import Tensor, nn

from leffa.preprocessing.densepose import DensePose
from leffa.preprocessing.parsing.network import ParserKind
from leffa.preprocessing.parsing.parser import HumanParser, Parsing
from leffa.preprocessing.parsing.weights import Gamma, load_parser_network
from leffa.preprocessing.pose.openpose import OpenPose
from leffa.preprocessing.pose.vitpose import VitPose

# All four are 1.1 GB in float32.
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
        """max_bytes: of weights kept; the least recently used network goes first, the one in use never.

        gamma: how a parsing `.pth` stores its scales, see `leffa.preprocessing.parsing.weights`.
        """
        self.files = files
        self._device, self._dtype, self._gamma = device, dtype, gamma
        self._max_bytes = max_bytes
        self._loaded: OrderedDict[str, tuple[Any, int]] = OrderedDict()

    @property
    def bytes_held(self) -> int:
        """Of the weights that are loaded now."""
        return sum(size for _, size in self._loaded.values())

    @property
    def names_held(self) -> list[str]:
        """The loaded networks, the least recently used first."""
        return list(self._loaded)

    def free(self) -> None:
        """Let every network go."""
        self._loaded.clear()

    @property
    def densepose(self) -> DensePose:
        def load() -> tuple[DensePose, nn.Module]:
            path = self.files.densepose()
            densepose = DensePose.from_checkpoint(path, dtype=self._dtype, device=self._device)
            return densepose, densepose

        found: DensePose = self._get("densepose", load)
        return found

    def parse(
        self, picture: Image.Image, *, channel_order: Literal["bgr", "rgb"] = "bgr", published: bool = False
    ) -> Parsing:
        """The label maps of a picture: ATR first, then LIP, so that one of them is enough in memory."""

        def run(kind: ParserKind, find: Find) -> Callable[[Tensor], Tensor]:
            def load() -> tuple[nn.Module, nn.Module]:
                network = load_parser_network(
                    find(), kind, gamma=self._gamma, dtype=self._dtype, device=self._device
                )
                return network, network

            def fusion_logits(pixels: Tensor) -> Tensor:
                logits: Tensor = self._get(f"parsing_{kind}", load)(pixels)
                return logits

            return fusion_logits

        parser = HumanParser(
            run("atr", self.files.parsing_atr),
            run("lip", self.files.parsing_lip),
            channel_order=channel_order,
            published=published,
        )
        return parser(picture)

    @property
    def openpose(self) -> OpenPose:
        def load() -> tuple[OpenPose, nn.Module]:
            openpose = OpenPose.from_checkpoint(self.files.openpose(), self._dtype, self._device)
            return openpose, openpose.network

        found: OpenPose = self._get("openpose", load)
        return found

    def vitpose(self, folder: Path) -> VitPose:
        def load() -> tuple[VitPose, nn.Module]:
            vitpose = VitPose.from_pretrained(folder, self._dtype, self._device)
            return vitpose, vitpose.network

        found: VitPose = self._get("vitpose", load)
        return found

    def _get(self, name: str, load: Callable[[], tuple[Any, nn.Module]]) -> Any:
        if name in self._loaded:
            self._loaded.move_to_end(name)
            return self._loaded[name][0]
        loaded, module = load()
        self._loaded[name] = loaded, _size(module)
        while len(self._loaded) > 1 and self.bytes_held > self._max_bytes:
            self._loaded.popitem(last=False)
        return loaded


def _size(module: nn.Module) -> int:
    tensors: Sequence[Tensor] = [*module.parameters(), *module.buffers()]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
