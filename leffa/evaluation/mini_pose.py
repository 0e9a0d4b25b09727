"""The mini pose model's report: `python -m leffa.evaluation.mini_pose` writes docs/mini-pose.md.

Held-out drawn people have exact truth: the same person, in the same clothes before the same ground, in the
other pose. Two baselines stand beside the model: the person as they stood, and the mean colour of the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.control import drawn_pose_control
from leffa.dressing import Options, transfer_pose
from leffa.evaluation.held_out import PHOTO_SIZE, Asked, Report, Rows, two_a_row
from leffa.evaluation.measures import colour_distance, masked_ssim, pattern_correlation, pattern_energy
from leffa.evaluation.mini import PATTERNED, Picture
from leffa.masks.labels import Atr
from leffa.pipeline import LeffaPipeline
from leffa.presets import MINI_POSE
from leffa.synthetic.pairs import sample_pose_pair
from leffa.synthetic.records import PosePair

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

REPORT = Report("mini-pose", MODEL, MINI_POSE, make_sample, measure, contact_sheet, _TEXT)


def main(arguments: list[str] | None = None) -> None:
    REPORT.write(Asked.of(arguments, "leffa.evaluation.mini_pose", __doc__, MINI_POSE))


if __name__ == "__main__":
    main()
