"""How well drawn people are seen: `python -m leffa.evaluation.seer` writes docs/seer.md and its sheet.

Held-out synthetic people come with exact maps. Each is seen in the picture as it was drawn, after JPEG, and
as a JPEG of a phone's size, and compared with the truth on the picture's own pixels; above all the masks.
"""

from __future__ import annotations

import argparse
import io
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from leffa.dressing import GARMENT_TYPES, Options, prepare_try_on
from leffa.errors import MaskEmpty, PersonError
from leffa.evaluation.held_out import HELD_OUT_SEEDS
from leffa.framing import Frame
from leffa.maps import PersonMaps
from leffa.preprocessing.preprocessor import Preprocessed, Preprocessor
from leffa.preprocessing.sheet import PARSE_COLOURS
from leffa.presets import MINI
from leffa.seeing import make_preprocessor
from leffa.synthetic import sample_person
from leffa.weights import MINI_NAME

SHOWN_SEEDS = range(12)
JPEG_QUALITY = 70
PHONE_SIZE = (3000, 4000)
# Joints that the masks are drawn from: shoulders, elbows, wrists.
ARM_JOINTS = slice(2, 8)

Labels = NDArray[np.uint8]


def as_drawn(image: Image.Image) -> Image.Image:
    return image


def as_jpeg(image: Image.Image) -> Image.Image:
    """Compressed once, without a change of size."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return Image.open(buffer).convert("RGB")


def as_phone_photo(image: Image.Image) -> Image.Image:
    """12 megapixels, compressed."""
    return as_jpeg(image.resize(PHONE_SIZE, Image.Resampling.BICUBIC))


VARIANTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as drawn, 192x256": as_drawn,
    f"JPEG, quality {JPEG_QUALITY}": as_jpeg,
    f"{PHONE_SIZE[0]}x{PHONE_SIZE[1]}, JPEG": as_phone_photo,
}


@dataclass(frozen=True)
class Sight:
    """What was seen in a picture, brought back to the size of the truth."""

    atr: Labels
    lip: Labels
    densepose: Labels
    keypoints: NDArray[np.float64]
    masks: dict[str, NDArray[np.bool_] | None]


def masks_of(maps: PersonMaps, shown: Image.Image) -> dict[str, Image.Image | None]:
    """The mini model's mask on the picture of these maps, by garment type; None where nothing is masked."""
    found: dict[str, Image.Image | None] = {}
    for garment_type in GARMENT_TYPES:
        try:
            inputs = prepare_try_on(MINI, shown, maps, shown, Options(garment_type=garment_type))
        except MaskEmpty:
            found[garment_type] = None
        else:
            found[garment_type] = inputs.frame.mask_on_photo(inputs.mask, shown.size)
    return found


def bring_back(seen: Preprocessed, photo: tuple[int, int], size: tuple[int, int]) -> Sight:
    """What was seen in a photo of size `photo`, at `size`, both (width, height)."""
    grid = _Grid.of(seen.frame, photo, size)
    masks = masks_of(seen.maps, seen.picture)
    return Sight(
        atr=grid.take(seen.maps.atr),
        lip=grid.take(seen.maps.lip),
        densepose=grid.take(seen.maps.densepose),
        keypoints=grid.points(seen.keypoints),
        masks={
            name: None if mask is None else grid.take(np.asarray(mask)) >= 128 for name, mask in masks.items()
        },
    )


def truth_of(maps: PersonMaps, image: Image.Image) -> Sight:
    masks = {name: None if mask is None else _inside(mask) for name, mask in masks_of(maps, image).items()}
    return Sight(maps.atr, maps.lip, maps.densepose, maps.keypoints, masks)


def measure(sight: Sight, truth: Sight) -> dict[str, float]:
    """Intersection over union of masks and labels, joints in pixels; nothing where the truth has nothing."""
    row = {
        "ATR": mean_iou(sight.atr, truth.atr),
        "LIP": mean_iou(sight.lip, truth.lip),
        "DensePose": mean_iou(sight.densepose, truth.densepose),
        **joint_errors(sight.keypoints, truth.keypoints),
    }
    for name, wanted in truth.masks.items():
        mine = sight.masks[name]
        if wanted is not None:
            row[f"mask {name}"] = 0.0 if mine is None else iou(mine, wanted)
    return row


def iou(mine: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    return float((mine & wanted).sum() / max((mine | wanted).sum(), 1))


def mean_iou(mine: Labels, wanted: Labels) -> float:
    """Mean over the labels of the truth."""
    return float(np.mean([iou(mine == label, wanted == label) for label in np.unique(wanted)]))


def joint_errors(mine: NDArray[np.float64], wanted: NDArray[np.float64]) -> dict[str, float]:
    """Of joints in both: distances in pixels. Of all: how many are told right to be there, or not."""
    here, there = (mine > 0).any(axis=1), (wanted > 0).any(axis=1)
    distances = np.where(here & there, np.linalg.norm(mine - wanted, axis=1), np.nan)
    row = {"joints there or not": float((here == there).mean())}
    for name, chosen in (("joints, px", distances), ("arm joints, px", distances[ARM_JOINTS])):
        if np.isfinite(chosen).any():
            row[name] = float(np.nanmean(chosen))
    return row


def _inside(mask: Image.Image) -> NDArray[np.bool_]:
    return np.asarray(mask) >= 128


@dataclass(frozen=True)
class _Grid:
    """Pixels of a small picture in the frame that a large one of the same photo was seen through.

    A pixel at `p` lies at `p * scale + start` in the frame; pixels are counted at their middles.
    """

    size: tuple[int, int]
    scale: NDArray[np.float64]
    start: NDArray[np.float64]

    @classmethod
    def of(cls, frame: Frame, photo: tuple[int, int], size: tuple[int, int]) -> _Grid:
        left, top, right, bottom = frame.fit.box
        x0, y0, x1, y1 = frame.box
        shrunk = np.array([(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)])
        scale = np.array(photo) / size * shrunk
        return cls(size, scale, 0.5 * scale - 0.5 + (left, top) - np.array([x0, y0]) * shrunk)

    def take(self, labels: Labels) -> Labels:
        """The nearest pixels of a map of the frame, 0 outside."""
        x, y = (
            np.round(np.arange(count) * scale + start).astype(int)
            for count, scale, start in zip(self.size, self.scale, self.start, strict=True)
        )
        known_x, known_y = (x >= 0) & (x < labels.shape[1]), (y >= 0) & (y < labels.shape[0])
        taken = labels[np.clip(y, 0, labels.shape[0] - 1)][:, np.clip(x, 0, labels.shape[1] - 1)]
        return np.where(known_y[:, None] & known_x, taken, 0).astype(np.uint8)

    def points(self, keypoints: NDArray[np.float64]) -> NDArray[np.float64]:
        known = (keypoints > 0).any(axis=1, keepdims=True)
        return np.where(known, (keypoints - self.start) / self.scale, 0.0)


def contact_sheet(rows: list[list[NDArray[np.uint8]]]) -> Image.Image:
    """Two people a row, of an even number."""
    cells = [np.hstack(row) for row in rows]
    gap = np.full((cells[0].shape[0], 12, 3), 255, np.uint8)
    lines = [np.hstack([cells[i], gap, cells[i + 1]]) for i in range(0, len(cells), 2)]
    return Image.fromarray(np.vstack(lines))


def panels(image: NDArray[np.uint8], sight: Sight, truth: Sight) -> list[NDArray[np.uint8]]:
    """The picture, seen and true labels, and the masks: white in both, red seen only, blue true only."""
    mine, wanted = sight.masks["upper_body"], truth.masks["upper_body"]
    nothing = np.zeros(image.shape[:2], np.bool_)
    a, b = (nothing if mask is None else mask for mask in (mine, wanted))
    compared = np.where(
        (a & b)[..., None], 255, np.stack([a, nothing, b], axis=-1) * np.array([226, 0, 226])
    ).astype(np.uint8)
    return [image, PARSE_COLOURS[sight.atr], PARSE_COLOURS[truth.atr], compared]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="leffa.evaluation.seer", description=__doc__)
    parser.add_argument(
        "--docs", type=Path, default=Path("docs"), help="folder to write seer.md and images/ to"
    )
    parser.add_argument("--count", type=int, default=len(HELD_OUT_SEEDS), help="how many held-out people")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(1)
    values, seconds, sheet = evaluate(make_preprocessor(MINI_NAME), HELD_OUT_SEEDS[: chosen.count])
    images = chosen.docs / "images"
    images.mkdir(parents=True, exist_ok=True)
    sheet.save(images / "seer.jpg", quality=90)
    (chosen.docs / "seer.md").write_text(render(values, seconds, chosen.count), encoding="utf-8")


Values = dict[str, dict[str, list[float]]]


def evaluate(preprocessor: Preprocessor, seeds: range) -> tuple[Values, dict[str, list[float]], Image.Image]:
    """Every measure by variant, processor seconds by variant, and a sheet of the first people."""
    values: Values = defaultdict(lambda: defaultdict(list))
    seconds: dict[str, list[float]] = defaultdict(list)
    shown = []
    for seed in tqdm(seeds, "held-out people"):
        person = sample_person(seed)
        image = Image.fromarray(person.image)
        truth = truth_of(person.maps, image)
        for variant, change in VARIANTS.items():
            photo = change(image)
            start = time.thread_time()
            try:
                seen = preprocessor(photo, garment_type="dresses")
            except (PersonError, MaskEmpty):
                values[variant]["seen"].append(0.0)
                continue
            seconds[variant].append(time.thread_time() - start)
            preprocessor.forget()
            values[variant]["seen"].append(1.0)
            sight = bring_back(seen, photo.size, image.size)
            for name, value in measure(sight, truth).items():
                values[variant][name].append(value)
            if variant == next(iter(VARIANTS)) and seed in SHOWN_SEEDS:
                shown.append(panels(person.image, sight, truth))
    return values, seconds, contact_sheet(shown)


def render(values: Values, seconds: dict[str, list[float]], count: int) -> str:
    """The report as Markdown."""
    measures = [name for name in _ORDER if all(name in row for row in values.values())]
    table = [f"| | {' | '.join(values)} |", f"|---|{'---|' * len(values)}"]
    for name in measures:
        cells = (f"{np.mean(row[name]):.3f} ({_worst(name, row[name]):.3f})" for row in values.values())
        table.append(f"| {name} | {' | '.join(cells)} |")
    times = (f"{np.median(row):.2f}" for row in seconds.values())
    table.append(f"| seconds | {' | '.join(times)} |")
    return _TEXT.format(count=count, table="\n".join(table))


_ORDER = (
    "seen",
    *(f"mask {garment_type}" for garment_type in GARMENT_TYPES),
    *("ATR", "LIP", "DensePose", "joints, px", "arm joints, px", "joints there or not"),
)


def _worst(name: str, values: list[float]) -> float:
    """The value that one in twenty pictures does worse than."""
    return float(np.percentile(values, 95 if name.endswith("px") else 5))


_TEXT = """# Seeing drawn people: how well

Made by `python -m leffa.evaluation.seer`. {count} held-out synthetic people (the seeds below {count}; the
training seeds begin at a million), each seen by the network that comes with the mini model and compared with
the exact truth, at 192x256. Mean (what one picture in twenty does worse than).

{table}

*Seen*: the share of people who were found. *Mask*: intersection over union of the final mask by the mini
model's rule from seen and from true maps, for each garment type. ATR, LIP, DensePose: mean intersection over
union over the labels of the truth. Joints: mean distance in pixels of 192x256 (*arm joints*: shoulders,
elbows, wrists, which masks are drawn from), and the share of the 18 joints that are rightly said to be in the
picture, or not. Seconds: of one thread, for all that `Preprocessor` does to a decoded picture, median.

What this does not say: how it does on photographs, or on people drawn otherwise. It has seen none. Most
photographs are refused (`person_not_found`), the others come out as nonsense.

## Twelve people, the first twelve seeds

The picture, labels as seen, labels in truth, masks for an upper garment: white where they agree, red only
seen, blue only true.

![Twelve people](images/seer.jpg)
"""


if __name__ == "__main__":
    main()
