"""What a training is in the middle of, on the disk: enough to go on as if it had never stopped.

    states/step-000000120/   {weights,average,first,second}.safetensors: the UNets, their moving average, and
                             the optimizer's two moments, in float32; state.json: where it was

A folder gets its name when it is complete, so that whatever is there can be gone on from.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from leffa.checkpoint import open_checkpoint
from leffa.errors import RunError, WeightsError
from leffa.weights.files import PART_SUFFIX, Unwatched, write_json
from leffa.weights.tensorfile import write_tensors

PARTS = ("weights", "average", "first", "second")
Tensors = Mapping[str, Tensor]
_STATE = "state.json"
_PREFIX = "step-"


@dataclass(frozen=True)
class Where:
    """stage: its number, from 0. step: steps of it that are done; total: of all stages.

    numbers: what optimizer, average and the scaling of half-precision gradients count.
    """

    stage: int
    step: int
    total: int
    numbers: dict[str, Any]


@dataclass(frozen=True)
class State:
    """One state on the disk."""

    folder: Path
    where: Where

    def read(self, part: str) -> dict[str, Tensor]:
        """By parameter. Raises `RunError`."""
        try:
            file = open_checkpoint(self.folder / f"{part}.safetensors")
        except WeightsError as error:
            raise RunError(
                f"{self.folder} is damaged: {error}; remove it to go on from the one before"
            ) from error
        return {name: file.read(name) for name in file.shapes}


def newest(folder: Path) -> State | None:
    """The state that got farthest. Raises `RunError` where it cannot be read."""
    found = sorted(folder.glob(f"{_PREFIX}*[0-9]"))
    if not found:
        return None
    path = found[-1] / _STATE
    try:
        return State(found[-1], Where(**json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError) as error:
        raise RunError(
            f"{path} cannot be read: {error}; remove its folder to go on from the one before"
        ) from error


def write(folder: Path, where: Where, parts: Mapping[str, Tensors], keep: int) -> None:
    """Write a state, then remove all but the `keep` newest. Raises `DiskFull`; the older ones stay then."""
    final = folder / f"{_PREFIX}{where.total:09d}"
    part = final.with_name(final.name + PART_SUFFIX)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in PARTS:
        write_tensors(part / f"{name}.safetensors", parts[name].items, torch.float32, {}, Unwatched())
    write_json(part / _STATE, asdict(where))
    shutil.rmtree(final, ignore_errors=True)
    os.replace(part, final)
    for old in sorted(folder.glob(f"{_PREFIX}*[0-9]"))[:-keep]:
        shutil.rmtree(old)
