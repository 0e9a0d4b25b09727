"""Measuring on held-out drawn people in several processes, and the tables and sheets of the reports."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from leffa.dressing import Options
from leffa.pipeline import LeffaPipeline
from leffa.presets import Preset
from leffa.synthetic import SIZE
from leffa.weights import MINI_NAME, load_model

# Training seeds begin at a million; these are the first natural numbers, unselected.
HELD_OUT_SEEDS = range(200)
SHOWN_SEEDS = range(12)
PHOTO_SIZE = SIZE
# By answer, by measure: of one pair, and of all of them.
Rows = dict[str, dict[str, float]]
Values = dict[str, dict[str, list[float]]]

Sample = TypeVar("Sample")


@dataclass(frozen=True)
class Report(Generic[Sample]):
    """What a report shows: NAME.md and images/NAME.jpg.

    model: its row's name. preset: of the mini model to load. make_sample: of a seed, by the options. text:
    the page, with places for what `render` knows.
    """

    name: str
    model: str
    preset: Preset
    make_sample: Callable[[LeffaPipeline, int, Options], Sample]
    measure: Callable[[Sample], Rows]
    contact_sheet: Callable[[list[Sample]], Image.Image]
    text: str

    def evaluate(self, options: Options, seeds: range, processes: int) -> tuple[list[Sample], Values]:
        """The samples to show, and every measure of every seed; a process of one thread each."""
        shown: list[Sample] = []
        values: Values = defaultdict(lambda: defaultdict(list))
        with get_context("spawn").Pool(processes, _Evaluator.start, (self, options)) as pool:
            for sample, rows in tqdm(pool.imap(_Evaluator.run, seeds), "held-out pairs", len(seeds)):
                if sample is not None:
                    shown.append(sample)
                for name, row in rows.items():
                    for measured, value in row.items():
                        values[name][measured].append(value)
        return shown, values

    def render(self, values: Values, options: Options) -> str:
        """The page as Markdown."""
        mine = values[self.model]
        return self.text.format(
            count=len(mine["SSIM"]),
            patterned=len(mine.get("pattern correlation", [])),
            table=table(values, self.model),
            wins=wins(values, self.model),
            steps=options.num_inference_steps,
            scale=options.guidance_scale,
            width=PHOTO_SIZE[0],
            height=PHOTO_SIZE[1],
        )

    def write(self, asked: Asked) -> None:
        """Measure what is asked for, and write page and sheet."""
        shown, values = self.evaluate(asked.options, asked.seeds, asked.processes)
        images = asked.docs / "images"
        images.mkdir(parents=True, exist_ok=True)
        self.contact_sheet(shown).save(images / f"{self.name}.jpg", quality=90)
        (asked.docs / f"{self.name}.md").write_text(self.render(values, asked.options), encoding="utf-8")


class _Evaluator:
    """One process's model: from a seed to its measures, and the sample itself where it is to be shown."""

    _here: ClassVar[_Evaluator]

    def __init__(self, report: Report[Any], options: Options) -> None:
        torch.set_num_threads(1)
        self._report, self._options = report, options
        # Every reference is seen once: nothing would be read from the cache.
        self._pipe = LeffaPipeline(load_model(MINI_NAME, report.preset), cache_bytes=0)

    @classmethod
    def start(cls, report: Report[Any], options: Options) -> None:
        """Make this process's evaluator."""
        cls._here = cls(report, options)

    @classmethod
    def run(cls, seed: int) -> tuple[Any, Rows]:
        """By this process's evaluator."""
        here = cls._here
        sample = here._report.make_sample(here._pipe, seed, here._options)
        return sample if seed in SHOWN_SEEDS else None, here._report.measure(sample)


def table(values: Values, model: str) -> str:
    """Markdown: a row for each answer, mean (median) of each measure that `model`'s has."""
    measures = list(values[model])
    rows = [f"| | {' | '.join(measures)} |", f"|---|{'---|' * len(measures)}"]
    for name, row in values.items():
        cells = (f"{np.mean(row[m]):.3f} ({np.median(row[m]):.3f})" for m in measures)
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def wins(values: Values, model: str) -> str:
    """Markdown: in how many pictures `model`'s answer is nearer to the truth than each other one."""
    lines = []
    for baseline in [name for name in values if name != model]:
        shares = []
        for measured, mine in values[model].items():
            other = np.array(values[baseline][measured])
            better = np.array(mine) < other if "distance" in measured else np.array(mine) > other
            shares.append(f"{measured} {better.mean():.0%}")
        lines.append(f"- nearer to the truth than *{baseline}*: {', '.join(shares)} of the pictures")
    return "\n".join(lines)


@dataclass(frozen=True)
class Asked:
    """What the command line of a report says."""

    docs: Path
    seeds: range
    processes: int
    options: Options

    @classmethod
    def of(cls, arguments: list[str] | None, prog: str, text: str | None, preset: Preset) -> Asked:
        """`preset` says what steps and guidance scale are where they are not said."""
        parser = argparse.ArgumentParser(prog=prog, description=text)
        parser.add_argument("--docs", type=Path, default=Path("docs"), help="folder to write to")
        parser.add_argument("--count", type=int, default=len(HELD_OUT_SEEDS), help="how many held-out pairs")
        parser.add_argument("--steps", type=int, default=preset.num_inference_steps)
        parser.add_argument("--scale", type=float, default=preset.guidance_scale)
        parser.add_argument("--processes", type=int, default=2)
        said = parser.parse_args(arguments)
        options = Options(num_inference_steps=said.steps, guidance_scale=said.scale)
        return cls(said.docs, HELD_OUT_SEEDS[: said.count], said.processes, options)


def two_a_row(strips: list[NDArray[np.uint8]]) -> Image.Image:
    """A sheet of an even number of strips of pictures."""
    gap = np.full((strips[0].shape[0], 12, 3), 255, np.uint8)
    rows = [np.hstack([strips[i], gap, strips[i + 1]]) for i in range(0, len(strips), 2)]
    return Image.fromarray(np.vstack(rows))
