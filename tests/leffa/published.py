"""The recorded runs of `tests/data/diffusion`: tiny models with the published keys, inputs and outputs.

The README there says where they come from and what was left out.
"""

from __future__ import annotations

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

DATA = Path(__file__).parents[1] / "data" / "diffusion"
BASES = {"sd15": "stable-diffusion-inpainting", "sdxl": "stable-diffusion-xl-1.0-inpainting-0.1"}
CHECKPOINTS = {"sd15": "virtual_tryon", "sdxl": "pose_transfer"}
KINDS = tuple(BASES)


class Files(NamedTuple):
    """What `LeffaModel.from_published` takes."""

    base: Path
    checkpoint: Path


class Inputs(NamedTuple):
    """What a pipeline takes, B of each."""

    source: list[Image.Image]
    reference: list[Image.Image]
    mask: list[Image.Image]
    densepose: list[Image.Image]


def unpack(kind: str, folder: Path) -> Files:
    """Write the weights file of `kind` into `folder`: its four byte planes are stored one after the other."""
    name = f"{CHECKPOINTS[kind]}.safetensors"
    packed = lzma.decompress((DATA / kind / f"{name}.xz").read_bytes())
    header = 8 + int.from_bytes(packed[:8], "little")
    planes = np.frombuffer(packed, np.uint8, offset=header).reshape(4, -1)
    (folder / name).write_bytes(packed[:header] + planes.T.tobytes())
    return Files(DATA / kind / BASES[kind], folder / name)


@cache
def cases(kind: str) -> dict[str, dict[str, Any]]:
    """Seeds and options of every recorded run, by name."""
    found: dict[str, dict[str, Any]] = json.loads((DATA / kind / "cases.json").read_text())
    return found


@cache
def tensors(kind: str, name: str) -> dict[str, Tensor]:
    with np.load(DATA / kind / f"{name}.npz") as archive:
        return {key: torch.from_numpy(archive[key]) for key in archive.files}


@cache
def inputs(kind: str, name: str) -> Inputs:
    recorded = tensors(kind, name)
    return Inputs(*([Image.fromarray(one.numpy()) for one in recorded[field]] for field in Inputs._fields))
