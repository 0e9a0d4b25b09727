"""The mini model's report: `python -m leffa.evaluation.mini` writes docs/mini.md and its contact sheet.

Held-out synthetic pairs have exact truth: the same person in the same pose wearing the new garment. Two
baselines stand beside the model: the unchanged person, and the garment's mean colour pasted on the mask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.dressing import Options, prepare_try_on, try_on
from leffa.evaluation.held_out import PHOTO_SIZE, Asked, Report, Rows, two_a_row
from leffa.evaluation.measures import (
    colour_distance,
    masked_ssim,
    pattern_correlation,
    pattern_energy,
)
from leffa.pipeline import LeffaPipeline
from leffa.presets import MINI
from leffa.synthetic import Pair, sample_pair

MODEL = "mini model"
# Below this the truth has no pattern to compare with (CIELAB units, found by looking).
PATTERNED = 4.0

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """A held-out pair, its mask on the photo, and the answers to compare with the truth."""

    pair: Pair
    mask: NDArray[np.bool_]
    answers: dict[str, Picture]


def make_sample(pipe: LeffaPipeline, seed: int, options: Options) -> Sample:
    """The model's picture and the baselines' for one seed."""
    pair = sample_pair(seed, PHOTO_SIZE)
    person = Image.fromarray(pair.person.image)
    garment = Image.fromarray(pair.garment.image)
    chosen = Options(**{**vars(options), "garment_type": pair.garment_type, "seed": seed})
    result = try_on(pipe, MINI, person, pair.person.maps, garment, chosen)
    inputs = prepare_try_on(MINI, person, pair.person.maps, garment, chosen)
    mask = np.asarray(inputs.frame.mask_on_photo(inputs.mask, person.size)) >= 128
    colour = pair.garment.image[pair.garment.mask].mean(axis=0).round().astype(np.uint8)
    pasted = np.where(mask[..., None], colour, pair.person.image)
    answers = {
        MODEL: np.asarray(result.image),
        "unchanged person": pair.person.image,
        "mean colour": pasted,
    }
    return Sample(pair, mask, answers)


def measure(sample: Sample) -> Rows:
    """Measures by answer: everything inside the mask, colours and patterns on the new garment too."""
    truth = sample.pair.target.image
    worn = np.isfinite(sample.pair.target.garment_flow).all(axis=-1) & sample.mask
    rows: Rows = {}
    for name, answer in sample.answers.items():
        row = {
            "SSIM": masked_ssim(answer, truth, sample.mask),
            "colour distance": colour_distance(answer, truth, sample.mask),
        }
        if worn.any():
            row["garment's colour distance"] = colour_distance(answer, truth, worn)
            if pattern_energy(truth, worn) > PATTERNED:
                row["pattern correlation"] = pattern_correlation(answer, truth, worn)
        rows[name] = row
    return rows


def contact_sheet(samples: list[Sample]) -> Image.Image:
    """Two samples a row: person, garment, the model's picture, the truth."""
    cells = [
        np.hstack([s.pair.person.image, s.pair.garment.image, s.answers[MODEL], s.pair.target.image])
        for s in samples
    ]
    return two_a_row(cells)


_TEXT = """# The mini model: what it can do

Made by `python -m leffa.evaluation.mini`. {count} held-out synthetic pairs (the seeds below {count}; the
training seeds begin at a million), {width}x{height} photos, {steps} steps, guidance scale {scale}, the
seed of the pair. Mean (median).

{table}

All measures compare with the exact truth inside the mask: the same person wearing the new garment. SSIM:
higher is nearer. Colour distance: CIELAB, blurred, lower is nearer; the garment's is taken on its own
pixels only. Pattern correlation: of the detail on the garment, over the {patterned} pairs whose garment
has a pattern; higher is nearer. *Mean colour* pastes the garment's mean colour on the whole mask.

{wins}

## Twelve examples, the first twelve seeds

Person, garment, the mini model's picture, the truth.

![Twelve examples](images/mini.jpg)
"""

REPORT = Report("mini", MODEL, MINI, make_sample, measure, contact_sheet, _TEXT)


def main(arguments: list[str] | None = None) -> None:
    REPORT.write(Asked.of(arguments, "leffa.evaluation.mini", __doc__, MINI))


if __name__ == "__main__":
    main()
