"""The recorded runs of human parsing (`tests/data/preprocess/parsing/README.md`)."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from tests.leffa.preprocessing.recipe import DATA

FOLDER = DATA / "parsing"
Array = NDArray[Any]


@cache
def read(name: str) -> dict[str, Array]:
    """All arrays of a file, by name."""
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def photo(name: str) -> Image.Image:
    with Image.open(FOLDER / f"{name}.png") as file:
        return file.convert("RGB")


def is_warped(square: NDArray[np.uint8], sha256: Array) -> bool:
    """Whether these are the recorded bytes."""
    return hashlib.sha256(np.ascontiguousarray(square).tobytes()).digest() == sha256.tobytes()


def apart(ours: Tensor | Array, recorded: Array) -> float:
    """The largest difference, as a fraction of the largest recorded value."""
    values = ours.numpy() if isinstance(ours, torch.Tensor) else ours
    assert values.shape == recorded.shape
    return float(np.abs(values - recorded).max() / np.abs(recorded).max())
