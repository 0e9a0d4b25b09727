"""A stage's examples, ready to train on: pictures and latents kept in files, batches by step and place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from leffa.errors import DataMissing
from leffa.model import LeffaModel
from leffa.training.config import DRAWN, Stage, TrainConfig
from leffa.training.draws import Draw, chosen, draw_held_out, draw_sample
from leffa.training.latents import Encoder, Latents, fill
from leffa.training.objective import Batch
from leffa.training.records import RecordFile
from leffa.training.sources import (
    Kept,
    Pictures,
    Source,
    held_out_source,
    picture_fields,
    training_source,
)

# Says that something with so many steps begins, and gives what to call after each.
Begin = Callable[[str, int], Callable[[], None]]


@dataclass(frozen=True)
class _Row:
    """One sample: latents, or the pictures to make them from; pictures for the losses; draws."""

    latents: Latents | None
    pictures: Pictures | None
    draw: Draw


@dataclass(frozen=True)
class _Place:
    step: int
    place: int
    example: int


class Feed:
    """Batches of one stage, for this process among all of `accelerator`'s."""

    def __init__(
        self,
        config: TrainConfig,
        stage: Stage,
        model: LeffaModel,
        accelerator: Accelerator,
        cache: Path,
        begin: Begin,
    ) -> None:
        """Draws and encodes what is not in `cache` yet. Raises `DataError`s, `DiskFull`."""
        self._config, self._stage, self._accelerator = config, stage, accelerator
        self._encoder = Encoder(model, config.data, accelerator.device)
        factor, channels = model.vae_scale_factor, model.latent_channels
        self._shape = (channels, -(-stage.size[1] // factor), -(-stage.size[0] // factor))
        self._timesteps: int = model.scheduler_config.get("num_train_timesteps", 1000)
        self._with_pictures = stage.leffa and config.leffa.weight > 0
        self._with_flow = stage.correspondence > 0
        self._begin = begin
        source = training_source(config.data, stage.size, region=self._with_pictures)
        self._source, self._latents, self._examples = self._keep(source, cache)
        if len(self._examples) == 0:
            raise DataMissing(f"{config.data.set} has no example that can be trained on")
        self._held_out = self._encode_held_out()

    def __len__(self) -> int:
        """Examples that can be trained on."""
        return len(self._examples)

    @property
    def held_out(self) -> list[Pictures]:
        return [pictures for pictures, _ in self._held_out]

    def passes(self, first_step: int, before: int, steps: int) -> Iterator[Iterator[Batch]]:
        """For each step from `first_step` of the stage, this process's passes, one after the other.

        before: steps of earlier stages: draws count through.
        """
        stage, accelerator = self._stage, self._accelerator
        mine = stage.batch_size // accelerator.num_processes
        count = mine // stage.pass_size
        sampler = _Sampler(self, before, first_step, steps, mine)
        loader = DataLoader(
            _Rows(self),
            batch_sampler=sampler,
            num_workers=self._config.data.workers,
            collate_fn=_as_it_is,
        )
        rows = iter(loader)
        for _ in range(first_step, steps):
            yield (self._batch(next(rows)) for _ in range(count))

    def held_out_batches(self) -> Iterator[Batch]:
        """Every held-out example with draws that never change, in batches of a pass."""
        seed, size = self._config.seed, self._stage.pass_size
        rows = [
            _Row(latents, pictures, draw_held_out(seed, number, self._shape, timesteps=self._timesteps))
            for number, (pictures, latents) in enumerate(self._held_out)
        ]
        for start in range(0, len(rows), size):
            yield self._batch(rows[start : start + size])

    def places(self, step: int, before: int) -> list[_Place]:
        """Of the whole batch of a step, over all processes."""
        number = before + step
        examples = chosen(self._config.seed, number, self._stage.batch_size, len(self._examples))
        return [_Place(number, place, one) for place, one in enumerate(examples.tolist())]

    def row(self, place: _Place) -> _Row:
        example = int(self._examples[place.example])
        latents: Latents | None = None if self._latents is None else self._latents.read(example)
        wanted = latents is None or self._with_pictures or self._with_flow
        draw = draw_sample(
            self._config.seed,
            place.step,
            place.place,
            self._shape,
            timesteps=self._timesteps,
            unconditional=self._config.unconditional_share,
        )
        return _Row(latents, self._source[example] if wanted else None, draw)

    def _batch(self, rows: list[_Row]) -> Batch:
        latents = [
            self._encoder(_known(row.pictures)) if row.latents is None else row.latents for row in rows
        ]
        draws = [row.draw for row in rows]
        nothing = torch.zeros(len(rows), 0)

        def pictures(name: str, wanted: bool) -> Tensor:
            if not wanted:
                return nothing
            return torch.from_numpy(np.stack([getattr(_known(row.pictures), name) for row in rows]))

        def latent(name: str) -> Tensor:
            return torch.from_numpy(np.stack([one[name] for one in latents])).float()

        return Batch(
            target=latent("target"),
            masked=latent("masked"),
            reference=latent("reference"),
            mask=latent("mask"),
            control=latent("control"),
            target_picture=pictures("target", self._with_pictures),
            reference_picture=pictures("reference", self._with_pictures),
            region=pictures("region", self._with_pictures),
            flow=pictures("flow", self._with_flow),
            timesteps=torch.tensor([draw.timestep for draw in draws]),
            dropped=torch.tensor([draw.dropped for draw in draws]),
            noise=torch.stack([draw.noise for draw in draws]),
            asked=torch.stack([draw.asked for draw in draws]),
        ).to(self._accelerator.device)

    def _keep(self, source: Source, cache: Path) -> tuple[Source, RecordFile | None, NDArray[np.int64]]:
        """The source, from a file if it is drawn; the file of latents if any; usable numbers."""
        size, data = self._stage.size, self._config.data
        usable = np.arange(len(source))
        if data.set in DRAWN:
            drawn = self._file(cache / f"{source.name}.pictures", picture_fields(size), len(source))
            self._fill(drawn, source, lambda pictures: pictures._asdict(), "drawing people")
            usable, source = drawn.there(), Kept(source, drawn)
        if not data.cache_latents:
            return source, None, usable
        name = f"{source.name}-{self._encoder.vae_digest()}.latents"
        latents = self._file(cache / name, self._encoder.fields(size), len(source))
        chosen_ones = np.intersect1d(usable, latents.missing())
        self._fill(latents, source, self._encoder, "encoding pictures", chosen_ones)
        return source, latents, usable

    def _file(self, path: Path, fields: Any, count: int) -> RecordFile:
        """Made by one process first."""
        with self._accelerator.main_process_first():
            return RecordFile(path, fields, count)

    def _fill(
        self,
        file: RecordFile,
        source: Source,
        convert: Callable[[Pictures], Any],
        text: str,
        missing: NDArray[np.int64] | None = None,
    ) -> None:
        missing = file.missing() if missing is None else missing
        # All have looked before anybody writes.
        self._accelerator.wait_for_everyone()
        mine = missing[self._accelerator.process_index :: self._accelerator.num_processes]
        if len(missing):
            report = self._begin(text, len(mine))
            fill(file, source, convert, mine, workers=self._config.data.workers, report=report)
        self._accelerator.wait_for_everyone()

    def _encode_held_out(self) -> list[tuple[Pictures, Latents]]:
        if self._config.data.held_out == 0 or not self._accelerator.is_main_process:
            return []
        source = held_out_source(self._config.data, self._stage.size)
        report = self._begin("encoding held-out pictures", len(source))
        encoded = []
        for number in range(len(source)):
            pictures = source[number]
            if pictures is not None:
                encoded.append((pictures, self._encoder(pictures)))
            report()
        return encoded


@dataclass(frozen=True)
class _Rows(Dataset[_Row]):
    feed: Feed

    def __getitem__(self, place: _Place) -> _Row:
        return self.feed.row(place)


@dataclass(frozen=True)
class _Sampler:
    """The places of each pass of this process, in order."""

    feed: Feed
    before: int
    first_step: int
    steps: int
    mine: int

    def __iter__(self) -> Iterator[list[_Place]]:
        feed = self.feed
        begin = feed._accelerator.process_index * self.mine
        size = feed._stage.pass_size
        for step in range(self.first_step, self.steps):
            places = feed.places(step, self.before)[begin : begin + self.mine]
            for start in range(0, self.mine, size):
                yield places[start : start + size]


def _known(pictures: Pictures | None) -> Pictures:
    assert pictures is not None
    return pictures


def _as_it_is(rows: list[_Row]) -> list[_Row]:
    return rows
