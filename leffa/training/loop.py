"""A whole training: stage after stage, with states to go on from and models to look at.

A stage is a training of its own, which begins with the moving average that the stage before it left: with
a new optimizer and a new average.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor

from leffa.errors import RunError
from leffa.presets import Preset
from leffa.training import states
from leffa.training.config import Stage, TrainConfig
from leffa.training.feed import Feed
from leffa.training.latents import Encoder
from leffa.training.results import Journal, write_model
from leffa.training.sheets import held_out_losses, sample_sheet
from leffa.training.stage import StageTraining, learning_rate, load_weights
from leffa.training.start import begin, preset_of
from leffa.weights import load_model
from leffa.weights.files import write_json

CONFIG = "config.json"
MODEL = "model"
_LOSSES = ("loss", "diffusion", "leffa", "correspondence", "gradient_norm")


class Watch(Protocol):
    """What shows people how far a training is."""

    def begin(self, text: str, total: int, done: int = 0) -> None:
        """Of `total` steps of something, `done` are done and the others to come."""

    def step(self) -> None:
        """One more is done."""

    def stage(self, text: str) -> None:
        """Something without steps has begun."""

    def say(self, text: str) -> None:
        """A line that stays."""


@dataclass(frozen=True)
class Outcome:
    """steps: done, of all; finished: all of them. loss: of the last step that this call did."""

    steps: int
    finished: bool
    loss: float | None


def open_run(folder: Path, config: TrainConfig) -> states.State | None:
    """The state to go on from, None for a new run. Raises `RunError` for a run of another configuration.

    What may change in between: where data and weights lie, how much is computed at once, what is kept.
    """
    kept = folder / CONFIG
    if kept.exists():
        before = json.loads(kept.read_text(encoding="utf-8"))
        changed = _differences(_binding(before), _binding(config.as_json()))
        if changed:
            raise RunError(
                f"{folder} was begun with another configuration: {changed[0]}; take another folder"
            )
    return states.newest(folder / "states")


def train(
    config: TrainConfig,
    folder: Path,
    accelerator: Accelerator,
    watch: Watch,
    *,
    cache: Path | None = None,
    minutes: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train in `folder`, from its newest state if it has one, until all steps are done.

    cache: where drawn people and latents are kept, `folder/cache` unless said. minutes: stop after so many,
    with a state to go on from; so does `stopped`, asked after every step. Raises `RunError`, `DataError`s,
    `WeightsError`s, `ConfigInvalid`.
    """
    run = _Run(config, folder, accelerator, watch, cache or folder / "cache", minutes, stopped)
    return run.all_stages()


class _Run:
    def __init__(
        self,
        config: TrainConfig,
        folder: Path,
        accelerator: Accelerator,
        watch: Watch,
        cache: Path,
        minutes: float | None,
        stopped: Callable[[], bool],
    ) -> None:
        self._config, self._folder, self._accelerator, self._watch = config, folder, accelerator, watch
        self._cache = cache
        self._ends = math.inf if minutes is None else time.monotonic() + minutes * 60
        self._stopped = stopped
        self._state = open_run(folder, config)
        self._main = accelerator.is_main_process
        if self._main:
            folder.mkdir(parents=True, exist_ok=True)
            write_json(folder / CONFIG, config.as_json())
        accelerator.wait_for_everyone()
        self._journal = Journal(folder, self._state.where.total if self._state else 0) if self._main else None
        self._loss: float | None = None

    def all_stages(self) -> Outcome:
        carried: dict[str, Tensor] | None = None
        total = first = 0
        if self._state is not None:
            where = self._state.where
            total, first = where.total, where.stage
            if where.step == self._config.stage[first].steps:
                carried, self._state, first = self._state.read("average"), None, first + 1
        try:
            for number in range(first, len(self._config.stage)):
                total, carried = self._one_stage(number, carried)
                self._state = None
                if carried is None:
                    break
        finally:
            if self._journal is not None:
                self._journal.close()
        return Outcome(total, total == self._config.steps, self._loss)

    def _one_stage(
        self, number: int, carried: dict[str, Tensor] | None
    ) -> tuple[int, dict[str, Tensor] | None]:
        """Steps of all stages that are done; the average that the stage ends with, None if it was stopped."""
        config, stage = self._config, self._config.stage[number]
        before = sum(one.steps for one in config.stage[:number])
        self._watch.stage("loading the model")
        model = begin(config.model, config.seed)
        if carried is not None:
            load_weights(model, carried)
        feed = Feed(config, stage, model, self._accelerator, self._cache, self._begin)
        training = StageTraining(config, stage, model, self._accelerator)
        done = 0
        if self._state is not None:
            training.resume(self._state)
            done = self._state.where.step
            self._watch.say(f"going on after step {before + done} of {config.steps}")
        elif number == 0 and config.data.held_out:
            self._publish(training, feed, stage, 0, model.vae)

        shown = f"stage {number + 1} of {len(config.stage)}"
        self._watch.begin(shown, stage.steps, done)
        enough = False
        for step, batches in enumerate(feed.passes(done, before, stage.steps), done):
            enough = self._step(training, stage, step, before, batches)
            done = step + 1
            self._watch.step()
            if done == stage.steps or enough or (before + done) % config.run.save_every == 0:
                # The model first: a state that is there has its model, whenever the process is killed.
                self._publish(training, feed, stage, before + done, model.vae)
                self._save(training, number, done, before + done)
                self._watch.begin(shown, stage.steps, done)
            if enough:
                break
        self._accelerator.wait_for_everyone()
        average = None if enough else training.average()
        self._accelerator.free_memory()
        return before + done, average

    def _step(self, training: StageTraining, stage: Stage, step: int, before: int, batches: Any) -> bool:
        """True where the training is to stop after this step: all processes hear the same."""
        own = training.step(step, batches)
        halt = float(self._main and (self._stopped() or time.monotonic() > self._ends))
        values = torch.cat([own, own.new_tensor([halt])])
        *losses, halted = self._accelerator.reduce(values, "mean").tolist()
        row = dict(zip(_LOSSES, losses, strict=True)) | {"learning_rate": learning_rate(stage, step)}
        if not math.isfinite(row["loss"]):
            raise RunError(
                f"the loss of step {before + step + 1} is no number; a smaller learning rate, "
                "or bf16 for fp16, may help; the states before are kept"
            )
        self._loss = row["loss"]
        if self._journal is not None:
            self._journal.write(before + step + 1, row)
        return bool(halted > 0)

    def _save(self, training: StageTraining, number: int, step: int, total: int) -> None:
        self._watch.stage("writing a state")
        parts, numbers = training.parts()
        if self._main:
            where = states.Where(number, step, total, numbers)
            states.write(self._folder / "states", where, parts, self._config.run.keep)
        self._accelerator.wait_for_everyone()

    def _publish(
        self, training: StageTraining, feed: Feed, stage: Stage, total: int, vae: torch.nn.Module
    ) -> None:
        """The weights folder, and what its weights make of held-out people."""
        average = training.average()
        if self._main:
            config, preset = self._config, preset_of(self._config, stage.size)
            folder = self._folder / MODEL
            self._watch.stage("writing the model")
            facts = {"steps_done": total, "examples": len(feed), "processes": self._accelerator.num_processes}
            write_model(folder, config, preset, vae, average, facts)
            if feed.held_out:
                self._look(folder, preset, feed, total)
        self._accelerator.wait_for_everyone()

    def _look(self, folder: Path, preset: Preset, feed: Feed, total: int) -> None:
        """The weights as they were written, on held-out people: losses, and a sheet."""
        assert self._journal is not None
        config = self._config
        model = load_model(folder, preset, device=self._accelerator.device)
        self._watch.stage("held-out pictures")
        found = held_out_losses(model, config.leffa, feed.held_out_batches())
        self._journal.scalars(total, found)
        for name, value in found.items():
            self._watch.say(f"step {total}: {name} {value:.4f}")
        shown = feed.held_out[: config.run.sheet]
        if shown:
            encoder = Encoder(model, config.data, self._accelerator.device)
            sheet = sample_sheet(model, encoder, preset, shown)
            path = self._folder / "sheets" / f"step-{total:09d}.png"
            path.parent.mkdir(exist_ok=True)
            sheet.save(path)
            self._journal.picture(total, "held_out/sheet", sheet)

    def _begin(self, text: str, total: int) -> Callable[[], None]:
        self._watch.begin(text, total)
        return self._watch.step


def _binding(config: dict[str, Any]) -> dict[str, Any]:
    """What may not change in the middle of a run."""
    free = {
        "model": ("weights", "vae"),
        "data": ("root", "cache_latents", "workers"),
        "run": ("gradient_checkpointing", "save_every", "keep", "sheet", "model_dtype"),
    }
    bound = {
        table: {key: value for key, value in rows.items() if key not in free.get(table, ())}
        if isinstance(rows, dict)
        else rows
        for table, rows in config.items()
    }
    bound["stage"] = [{k: v for k, v in row.items() if k != "micro_batch"} for row in config["stage"]]
    return bound


def _differences(before: Any, now: Any, where: str = "") -> list[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        keys = [*before, *(key for key in now if key not in before)]
        return [
            one
            for key in keys
            for one in _differences(before.get(key), now.get(key), f"{where}.{key}" if where else key)
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = enumerate(zip(before, now, strict=True))
        return [one for index, (a, b) in pairs for one in _differences(a, b, f"{where}[{index}]")]
    return [] if before == now else [f"{where} was {before!r} there and is {now!r} here"]
