"""The mini pose model's report: `python -m leffa.evaluation.mini_pose` writes docs/mini-pose.md.

Held-out drawn people have exact truth: the same person, in the same clothes before the same ground, in the
other pose. Two baselines stand beside the model: the person as they stood, and the mean colour of the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from leffa.control import drawn_pose_control
from leffa.dressing import Options, transfer_pose
from leffa.evaluation.held_out import (
    SHOWN_SEEDS,
    Asked,
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
    asked = Asked.of(arguments, "leffa.evaluation.mini_pose", __doc__, MINI_POSE)
    shown, values = evaluate(asked.options, asked.seeds, asked.processes)
    asked.write("mini-pose", render(values, asked.options), contact_sheet(shown))


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
