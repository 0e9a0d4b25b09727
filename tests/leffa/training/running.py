"""Trainings of seconds: small UNets, a few small drawn people, which all tests of a process share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from accelerate import Accelerator  # type: ignore[import-untyped]
from safetensors.torch import load_file
from torch import Tensor

from leffa.training.config import TrainConfig
from leffa.training.loop import Outcome, train
from leffa.training.strict import build

Table = dict[str, Any]
SIZE = [48, 64]


def stage(**values: Any) -> Table:
    return {"size": SIZE, "steps": 3, "batch_size": 4, "learning_rate": 1e-3} | values


def table(*stages: Table, **tables: Any) -> Table:
    """A whole configuration; `run={...}` and the like are put over what is here."""
    small: Table = {
        "seed": 0,
        "model": {
            "kind": "viton_hd",
            "start": "scratch",
            "weights": "mini",
            "unet": {"channels": [8, 16], "heads": [1, 2], "groups": 4},
        },
        "data": {"set": "drawn_try_on", "pairs": 6, "held_out": 0},
        "leffa": {"layers": ["up_blocks.*"]},
        "run": {"sheet": 0, "save_every": 1000},
        "stage": list(stages) or [stage()],
    }
    for name, value in tables.items():
        small[name] = small.get(name, {}) | value if isinstance(value, dict) else value
    return small


def config(*stages: Table, **tables: Any) -> TrainConfig:
    return build(TrainConfig, table(*stages, **tables))


class Silent:
    """Hears everything that is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, text: str, total: int, done: int = 0) -> None:
        pass

    def step(self) -> None:
        pass

    def stage(self, text: str) -> None:
        pass

    def say(self, text: str) -> None:
        self.said.append(text)


def run(chosen: TrainConfig, folder: Path, cache: Path, watch: Silent | None = None, **more: Any) -> Outcome:
    accelerator = Accelerator(cpu=True, mixed_precision=chosen.run.precision)
    return train(chosen, folder, accelerator, watch or Silent(), cache=cache, **more)


def lines(folder: Path) -> list[Table]:
    """What was written of every step."""
    text = (folder / "losses.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def part(folder: Path, step: int, name: str) -> dict[str, Tensor]:
    """Of a state."""
    return load_file(folder / "states" / f"step-{step:09d}" / f"{name}.safetensors")
