"""From the file beside the mini model to the network, strictly."""

from __future__ import annotations

from pathlib import Path

import torch

from leffa.checkpoint import check_keys, load_into, open_checkpoint
from leffa.preprocessing.drawn.network import Seer

WEIGHTS = "drawn_people.safetensors"
PROVENANCE = "drawn_people.json"


def load_seer(path: Path, device: torch.device | str = "cpu") -> Seer:
    """The network, ready to run in float32. Raises `WeightsError`s."""
    with torch.device("meta"):
        seer = Seer()
    checkpoint = open_checkpoint(path)
    check_keys(checkpoint, {key: tuple(value.shape) for key, value in seer.state_dict().items()}, unused=())
    load_into(seer, checkpoint.read, torch.float32, device)
    return seer.eval()
