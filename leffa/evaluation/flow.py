"""How far attention misses: end-point error against the true correspondence of drawn people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from leffa.dressing import Inputs, Options, prepare_try_on
from leffa.errors import MaskEmpty, OptionInvalid
from leffa.loss import TEMPERATURE
from leffa.loss.looking import looked_at
from leffa.loss.truth import true_places
from leffa.model import LeffaModel
from leffa.pictures import LeffaTransform
from leffa.pictures.flow import flow_sheet
from leffa.presets import Preset
from leffa.synthetic import SIZE, Pair, sample_pair

MIDDLE = "the middle (no attention)"
DECODER = "mean of the decoder's"
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class FlowRow:
    """Of one layer over all people: pixels of the reference picture at the work size.

    error: mean over people of the mean over their tokens; median: over people. within: the share of
    tokens that miss by less than a token's side.
    """

    layer: str
    error: float
    median: float
    within: float


@dataclass(frozen=True)
class FlowReport:
    """What was measured, and on whom. tokens: with a known true point, over all people."""

    size: tuple[int, int]
    timestep: int
    temperature: float
    people: int
    tokens: int
    rows: tuple[FlowRow, ...]


def end_point_errors(places: F32, truth: F32, size: tuple[int, int]) -> F32:
    """Distances in pixels `[N]` of the tokens whose true point is known.

    places, truth: `[h, w, 2]`, shares 0..1 of the reference's sides, truth NaN where unknown; size:
    (width, height) of the reference in pixels.
    """
    known = np.isfinite(truth).all(axis=-1)
    return np.asarray(np.linalg.norm((places - truth)[known] * size, axis=-1), dtype=np.float32)


@dataclass(frozen=True)
class PersonFlow:
    """errors: end-point errors in pixels by layer, of the tokens with a known true point."""

    errors: dict[str, F32]
    target: Image.Image
    reference: Image.Image
    shown: F32

    def sheet(self) -> Image.Image:
        """Where the decoder looks, drawn."""
        return flow_sheet(self.shown, self.target, self.reference)


def person_flow(
    model: LeffaModel, preset: Preset, seed: int, *, timestep: int, temperature: float
) -> PersonFlow | None:
    """Of one drawn person; None for one who shows nothing of the garment in the frame."""
    pair = sample_pair(seed, SIZE)
    inputs = pair_inputs(preset, pair)
    if inputs is None:
        return None
    return pair_flow(model, pair, inputs, timestep=timestep, temperature=temperature)


def pair_inputs(preset: Preset, pair: Pair) -> Inputs | None:
    """What the model is given to dress a drawn person; None where nothing is to be repainted."""
    person, garment = Image.fromarray(pair.person.image), Image.fromarray(pair.garment.image)
    try:
        options = Options(garment_type=pair.garment_type)
        return prepare_try_on(preset, person, pair.person.maps, garment, options)
    except MaskEmpty:
        return None


def pair_flow(
    model: LeffaModel, pair: Pair, inputs: Inputs, *, timestep: int, temperature: float
) -> PersonFlow | None:
    """As `person_flow`, of a pair and what `pair_inputs` makes of it."""
    truth = true_places(inputs.frame, inputs.mask, pair.target.garment_flow, model.vae_scale_factor)
    if not np.isfinite(truth).any():
        return None
    target = inputs.frame.photo(Image.fromarray(pair.target.image))
    places = _places(model, inputs, target, timestep, temperature)
    decoder = [found for layer, found in places.items() if layer.startswith("up_blocks")]
    places[DECODER] = np.mean(decoder, axis=0, dtype=np.float32)
    places[MIDDLE] = np.full_like(truth, 0.5)
    size = inputs.reference.size
    errors = {layer: end_point_errors(found, truth, size) for layer, found in places.items()}
    shown = np.where(np.isfinite(truth), places[DECODER], np.nan).astype(np.float32)
    return PersonFlow(errors, target, inputs.reference, shown)


def measure_flow(
    model: LeffaModel,
    preset: Preset,
    seeds: Sequence[int],
    *,
    timestep: int,
    temperature: float = TEMPERATURE,
    on_person: Callable[[int, Image.Image], None] | None = None,
) -> FlowReport:
    """Over the drawn pairs of `seeds`, with the true target noised to `timestep`, of the finest layers.

    on_person: given each seed and its `flow_sheet` of the decoder's mean. People who show nothing of the
    garment in the frame are left out. Raises `OptionInvalid` if none is left.
    """
    errors: dict[str, list[F32]] = {}
    for seed in seeds:
        looks = person_flow(model, preset, seed, timestep=timestep, temperature=temperature)
        if looks is None:
            continue
        for layer, found in looks.errors.items():
            errors.setdefault(layer, []).append(found)
        if on_person is not None:
            on_person(seed, looks.sheet())
    if not errors:
        raise OptionInvalid("none of these people shows anything of their garment")
    return FlowReport(
        size=preset.work_size,
        timestep=timestep,
        temperature=temperature,
        people=len(errors[MIDDLE]),
        tokens=sum(len(one) for one in errors[MIDDLE]),
        rows=tuple(_row(layer, people, model.vae_scale_factor) for layer, people in errors.items()),
    )


def render_flow(report: FlowReport) -> str:
    """A table that is also Markdown."""
    lines = [
        f"{report.people} drawn people, {report.tokens} tokens with a known true point, "
        f"{report.size[0]}x{report.size[1]}, timestep {report.timestep}, temperature {report.temperature:g}",
        "",
        "| attention of | end-point error, px | median of people | within a token |",
        "|---|---|---|---|",
    ]
    lines += [f"| {r.layer} | {r.error:.2f} | {r.median:.2f} | {r.within:.1%} |" for r in report.rows]
    return "\n".join(lines)


def _places(
    model: LeffaModel, inputs: Inputs, target: Image.Image, timestep: int, temperature: float
) -> dict[str, F32]:
    width, height = inputs.source.size
    transform = LeffaTransform(height=height, width=width)
    tensors = transform(inputs.source, inputs.reference, inputs.mask, inputs.densepose)
    wanted = transform(target, inputs.reference, inputs.mask, inputs.densepose).source
    with torch.no_grad():
        found = looked_at(model, tensors, wanted, timestep=timestep, temperature=temperature)
    return {name: places[0].float().cpu().numpy() for name, places in found.items()}


def _row(layer: str, people: list[F32], token: int) -> FlowRow:
    means = [float(one.mean()) for one in people]
    every = np.concatenate(people)
    return FlowRow(layer, float(np.mean(means)), float(np.median(means)), float((every < token).mean()))
