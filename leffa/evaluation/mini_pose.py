"""The mini pose model's report: `python -m leffa.evaluation.mini_pose` writes docs/mini-pose.md.

Held-out drawn people have exact truth: the same person, in the same clothes before the same ground, in the
other pose. Two baselines stand beside the model: the person as they stood, and the mean colour of the truth.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from leffa.control import drawn_pose_control
from leffa.dressing import Options, transfer_pose
from leffa.evaluation.held_out import (
    HELD_OUT_SEEDS,
    SHOWN_SEEDS,
    Rows,
    Values,
    gather,
    table,
    two_a_row,
    wins,
)
from leffa.evaluation.measures import colour_distance, masked_ssim, pattern_correlation, pattern_energy
from leffa.evaluation.mini import PATTERNED, PHOTO_SIZE, Picture
from leffa.masks.labels import Atr
from leffa.pipeline import LeffaPipeline
from leffa.presets import MINI_POSE
from leffa.synthetic.pairs import sample_pose_pair
from leffa.synthetic.records import PosePair
from leffa.weights import MINI_NAME, load_model

MODEL = "mini pose model"
_CLOTHES = (Atr.UPPER, Atr.SKIRT, Atr.PANTS, Atr.DRESS)


@dataclass(frozen=True)
class Sample:
    """A held-out pair, and the answers to compare with `pair.target`."""

    pair: PosePair
    answers: dict[str, Picture]


def make_sample(pipe: LeffaPipeline, seed: int, options: Options) -> Sample:
    """The model's picture and the baselines' for one seed."""
    pair = sample_pose_pair(seed, PHOTO_SIZE)
    chosen = Options(**{**vars(options), "seed": seed})
    person, target = Image.fromarray(pair.source.image), Image.fromarray(pair.target.image)
    made = transfer_pose(pipe, MINI_POSE, person, target, pair.target.maps, chosen)
    truth = pair.target.image
    mean = truth[_person(pair)].mean(axis=0).round().astype(np.uint8)
    answers = {
        MODEL: np.asarray(made.image),
        "as they stood": pair.source.image,
        "mean colour": np.broadcast_to(mean, truth.shape).copy(),
    }
    return Sample(pair, answers)


def measure(sample: Sample) -> Rows:
    """Measures by answer: on the person, everywhere, and of the patterns of their clothes."""
    pair, truth = sample.pair, sample.pair.target.image
    person, everywhere = _person(pair), np.ones(truth.shape[:2], np.bool_)
    clothes = np.isin(pair.target.maps.atr, _CLOTHES)
    rows: Rows = {}
    for name, answer in sample.answers.items():
        row = {
            "SSIM": masked_ssim(answer, truth, person),
            "colour distance": colour_distance(answer, truth, person),
            "SSIM of the whole picture": masked_ssim(answer, truth, everywhere),
        }
        if clothes.any() and pattern_energy(truth, clothes) > PATTERNED:
            row["pattern correlation"] = pattern_correlation(answer, truth, clothes)
        rows[name] = row
    return rows


def contact_sheet(samples: list[Sample]) -> Image.Image:
    """Two samples a row: the person, the pose, the model's picture, the truth."""
    strips = [
        np.hstack([s.pair.source.image, _pose(s.pair), s.answers[MODEL], s.pair.target.image])
        for s in samples
    ]
    return two_a_row(strips)


def _person(pair: PosePair) -> NDArray[np.bool_]:
    return pair.target.maps.atr > 0


def _pose(pair: PosePair) -> Picture:
    """What the model is told of the pose."""
    return np.asarray(drawn_pose_control(pair.target.maps.densepose))


class Evaluator:
    """One process's model: from a seed to its measures, and the sample itself where it is to be shown."""

    _here: ClassVar[Evaluator]

    def __init__(self, options: Options) -> None:
        torch.set_num_threads(1)
        self._pipe = LeffaPipeline(load_model(MINI_NAME, MINI_POSE), cache_bytes=0)
        self._options = options

    @classmethod
    def start(cls, options: Options) -> None:
        """Make this process's evaluator."""
        cls._here = cls(options)

    @classmethod
    def run(cls, seed: int) -> tuple[Sample | None, Rows]:
        """By this process's evaluator."""
        sample = make_sample(cls._here._pipe, seed, cls._here._options)
        return sample if seed in SHOWN_SEEDS else None, measure(sample)


def evaluate(options: Options, seeds: range, processes: int) -> tuple[list[Sample], Values]:
    """The samples to show, and every measure of every seed; a process of one thread each."""
    return gather(Evaluator.start, Evaluator.run, options, seeds, processes)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="leffa.evaluation.mini_pose", description=__doc__)
    parser.add_argument(
        "--docs", type=Path, default=Path("docs"), help="folder to write mini-pose.md and images/ to"
    )
    parser.add_argument("--count", type=int, default=len(HELD_OUT_SEEDS), help="how many held-out pairs")
    parser.add_argument("--steps", type=int, default=MINI_POSE.num_inference_steps)
    parser.add_argument("--scale", type=float, default=MINI_POSE.guidance_scale)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    options = Options(num_inference_steps=chosen.steps, guidance_scale=chosen.scale)
    shown, values = evaluate(options, HELD_OUT_SEEDS[: chosen.count], chosen.processes)
    images = chosen.docs / "images"
    images.mkdir(parents=True, exist_ok=True)
    contact_sheet(shown).save(images / "mini-pose.jpg", quality=90)
    (chosen.docs / "mini-pose.md").write_text(render(values, options), encoding="utf-8")


def render(values: Values, options: Options) -> str:
    """The report as Markdown."""
    return _TEXT.format(
        count=len(values[MODEL]["SSIM"]),
        patterned=len(values[MODEL].get("pattern correlation", [])),
        table=table(values, MODEL),
        wins=wins(values, MODEL),
        steps=options.num_inference_steps,
        scale=options.guidance_scale,
        width=PHOTO_SIZE[0],
        height=PHOTO_SIZE[1],
    )


_TEXT = """# The mini pose model: what it can do

Made by `python -m leffa.evaluation.mini_pose`. {count} held-out drawn people in two poses (the seeds below
{count}; the training seeds begin at a million), {width}x{height} pictures, {steps} steps, guidance scale
{scale}, the seed of the pair. Mean (median).

{table}

All measures compare with the exact truth, the same person in the other pose; but for the third, on the
person's own pixels. SSIM: higher is nearer. Colour distance: CIELAB, blurred, lower is nearer. Pattern
correlation: of the detail on the clothes, over the {patterned} people whose clothes have a pattern; higher is
nearer. *As they stood* is the first picture, unchanged; *mean colour* the person's mean colour everywhere.

{wins}

## Twelve examples, the first twelve seeds

The person, the pose that is asked for, the mini pose model's picture, the truth.

![Twelve examples](images/mini-pose.jpg)
"""


if __name__ == "__main__":
    main()
