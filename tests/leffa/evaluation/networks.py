"""Small stand-ins for the published feature networks, in their formats and under their names."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from leffa.evaluation import networks
from leffa.evaluation.networks import INCEPTION, SQUEEZENET, _squeezenet


class Layers(nn.Module):
    """Means of a 4x4 grid of the picture: 48 features, equal for equal pictures."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.adaptive_avg_pool2d(x, 4).flatten(1)


class Whole(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = Layers()

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.layers(x)
        return features


def write_networks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Both files, which are not the published ones: their checksum is what it is."""
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(Whole()).save(str(folder / INCEPTION))  # type: ignore[no-untyped-call]
    torch.manual_seed(0)
    state = {f"features.{key}": value for key, value in _squeezenet().state_dict().items()}
    torch.save(state | {"classifier.1.weight": torch.zeros(1)}, folder / SQUEEZENET)
    checksum = hashlib.sha256((folder / SQUEEZENET).read_bytes()).hexdigest()
    monkeypatch.setattr(networks, "SQUEEZENET_SHA256", checksum[:8])
    return folder
