"""The networks that FID, KID and LPIPS see with, from files on this machine; nothing is fetched.

The maintained libraries get theirs from the network and by way of torchvision, which PyTorch's CPU build
here has not; so the files are read here, and the measures stay theirs.
"""

from __future__ import annotations

import hashlib
import warnings
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from leffa.errors import WeightsMissing, WeightsUnreadable

INCEPTION = "inception-2015-12-05.pt"
SQUEEZENET = "squeezenet1_1-b8a52dc0.pth"
SOURCES = {
    INCEPTION: "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/" + INCEPTION,
    SQUEEZENET: "https://download.pytorch.org/models/" + SQUEEZENET,
}
# The publisher names its files by how their SHA-256 begins.
SQUEEZENET_SHA256 = "b8a52dc0"
_SIDE = 299
_SHIFT, _SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
_WIDTHS = (64, 128, 256, 384, 384, 512, 512)
# Layers of SqueezeNet 1.1 whose outputs LPIPS compares.
_SEEN = (1, 4, 7, 9, 10, 11, 12)


def find_network(folder: Path, name: str) -> Path:
    """Raises `WeightsMissing`, which says where the file is published."""
    path = folder / name
    if not path.is_file():
        raise WeightsMissing(f"{path} is missing; it is published at {SOURCES[name]}")
    return path


class Inception:
    """The Inception network of FID and KID, `[N, d]` features of pictures, as clean-fid sees them.

    Each channel is resized to 299x299 by Pillow's bicubic in float, without rounding, clipped to 0..255.
    """

    def __init__(self, folder: Path, device: torch.device | str = "cpu") -> None:
        """Raises `WeightsMissing`, `WeightsUnreadable`."""
        path = find_network(folder, INCEPTION)
        try:
            with warnings.catch_warnings():
                # The publisher's format; there is no other file of these weights.
                warnings.simplefilter("ignore", DeprecationWarning)
                network: Any = torch.jit.load(path, map_location=device)  # type: ignore[no-untyped-call]
                self._layers: Any = network.eval().layers
        except (RuntimeError, AttributeError) as error:
            raise WeightsUnreadable(f"{path} is not the published Inception network") from error
        self._device = device

    @torch.no_grad()
    def __call__(self, pictures: list[Image.Image]) -> Tensor:
        pixels = torch.stack([torch.from_numpy(_clean(picture)) for picture in pictures]).to(self._device)
        features: Tensor = self._layers((pixels - 128) / 128)
        return features.reshape(len(pictures), -1).float().cpu()


class Lpips(nn.Module):
    """LPIPS with SqueezeNet 1.1 (Zhang et al. 2018, version 0.1): 0 for equal pictures, higher is farther.

    The linear layers are those that torchmetrics brings.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, folder: Path) -> None:
        """Raises `WeightsMissing`, `WeightsUnreadable`."""
        super().__init__()
        path = find_network(folder, SQUEEZENET)
        if not hashlib.sha256(path.read_bytes()).hexdigest().startswith(SQUEEZENET_SHA256):
            raise WeightsUnreadable(f"{path} is not the published file: its SHA-256 differs")
        self.features = _squeezenet()
        self.linear = nn.ModuleList(nn.Conv2d(width, 1, 1, bias=False) for width in _WIDTHS)
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            self.features.load_state_dict(_below("features.", state))
        except (RuntimeError, KeyError) as error:
            raise WeightsUnreadable(f"{path} is not SqueezeNet 1.1") from error
        heads = resources.files("torchmetrics") / "functional" / "image" / "lpips_models" / "squeeze.pth"
        with resources.as_file(heads) as file:
            state = torch.load(file, map_location="cpu", weights_only=True)
        self.linear.load_state_dict(
            {f"{i}.weight": state[f"lin{i}.model.1.weight"] for i in range(len(_WIDTHS))}
        )
        self.register_buffer("shift", torch.tensor(_SHIFT)[:, None, None])
        self.register_buffer("scale", torch.tensor(_SCALE)[:, None, None])
        self.requires_grad_(False).eval()

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """`[N]` of pictures `[N, 3, H, W]` in -1..1."""
        total = torch.zeros(len(a), device=a.device)
        for layer, mine, other in zip(self.linear, self._seen(a), self._seen(b), strict=True):
            difference = (_unit_length(mine) - _unit_length(other)) ** 2
            total = total + layer(difference).mean(dim=(1, 2, 3))
        return total

    def _seen(self, x: Tensor) -> list[Tensor]:
        x = (x - self.shift) / self.scale
        seen = []
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index in _SEEN:
                seen.append(x)
        return seen


def _unit_length(features: Tensor) -> Tensor:
    return features / (1e-8 + features.square().sum(dim=1, keepdim=True)).sqrt()


class _Fire(nn.Module):
    def __init__(self, inputs: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1x1(x).relu(), self.expand3x3(x).relu()], dim=1)


def _squeezenet() -> nn.Sequential:
    """The convolutional part of SqueezeNet 1.1, numbered as in the published file."""

    def pool() -> nn.MaxPool2d:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    return nn.Sequential(
        nn.Conv2d(3, 64, 3, stride=2),
        nn.ReLU(),
        pool(),
        _Fire(64, 16, 64),
        _Fire(128, 16, 64),
        pool(),
        _Fire(128, 32, 128),
        _Fire(256, 32, 128),
        pool(),
        _Fire(256, 48, 192),
        _Fire(384, 48, 192),
        _Fire(384, 64, 256),
        _Fire(512, 64, 256),
    )


def _below(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def _clean(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.float32]]:
    channels = np.asarray(picture.convert("RGB"), dtype=np.float32).transpose(2, 0, 1)
    resized = [
        np.asarray(Image.fromarray(channel).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC))
        for channel in channels
    ]
    return np.stack(resized).clip(0, 255)
