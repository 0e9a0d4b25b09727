"""Measuring on held-out drawn people in several processes, and the tables and sheets of the reports."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from leffa.dressing import Options
from leffa.presets import Preset

# Training seeds begin at a million; these are the first natural numbers, unselected.
HELD_OUT_SEEDS = range(200)
SHOWN_SEEDS = range(12)
# By answer, by measure: of one pair, and of all of them.
Rows = dict[str, dict[str, float]]
Values = dict[str, dict[str, list[float]]]

Sample = TypeVar("Sample")


def gather(
    start: Callable[[Options], None],
    run: Callable[[int], tuple[Sample | None, Rows]],
    options: Options,
    seeds: range,
    processes: int,
) -> tuple[list[Sample], Values]:
    """The samples to show, and every measure of every seed. Each process calls `start` once, then `run`."""
    shown: list[Sample] = []
    values: Values = defaultdict(lambda: defaultdict(list))
    with get_context("spawn").Pool(processes, start, (options,)) as pool:
        for sample, rows in tqdm(pool.imap(run, seeds), "held-out pairs", len(seeds)):
            if sample is not None:
                shown.append(sample)
            for name, row in rows.items():
                for measured, value in row.items():
                    values[name][measured].append(value)
    return shown, values


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

    def write(self, name: str, page: str, sheet: Image.Image) -> None:
        """`name`.md, and images/`name`.jpg beside it."""
        images = self.docs / "images"
        images.mkdir(parents=True, exist_ok=True)
        sheet.save(images / f"{name}.jpg", quality=90)
        (self.docs / f"{name}.md").write_text(page, encoding="utf-8")


def two_a_row(strips: list[NDArray[np.uint8]]) -> Image.Image:
    """A sheet of an even number of strips of pictures."""
    gap = np.full((strips[0].shape[0], 12, 3), 255, np.uint8)
    rows = [np.hstack([strips[i], gap, strips[i + 1]]) for i in range(0, len(strips), 2)]
    return Image.fromarray(np.vstack(rows))
