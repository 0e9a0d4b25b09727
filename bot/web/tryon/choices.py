"""The settings of one picture: what the page offers, a link or JSON carries, and the desk is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlencode

from bot.core.asking import MAX_SEED, STEPS, seed_of
from bot.core.errors import SeedInvalid
from tasks.errors import OptionInvalid
from tasks.records import GARMENT_TYPES, Control, GarmentType, Job, Scalar

MOST_STEPS = 100
LEAST_SCALE, MOST_SCALE = 0.1, 5.0  # as the published demo has them
_LONGEST = 2000  # characters of JSON
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Choices:
    """One picture's settings; `seed` None is any. `insight`: pictures of how it is made are kept, too.

    Raises `OptionInvalid`, `SeedInvalid`.
    """

    control: Control = Control.TRYON
    garment_type: GarmentType | None = "upper_body"
    model: str | None = None
    steps: int = STEPS
    guidance_scale: float = 2.5
    seed: int | None = None
    ref_acceleration: bool = False
    repaint: bool = False
    preprocess_garment: bool = False
    insight: bool = False

    def __post_init__(self) -> None:
        if self.control is Control.TRYON and self.garment_type not in GARMENT_TYPES:
            raise OptionInvalid(f"the garment type must be one of {', '.join(GARMENT_TYPES)}")
        if not 1 <= self.steps <= MOST_STEPS:
            raise OptionInvalid(f"steps must be 1 to {MOST_STEPS}")
        if not LEAST_SCALE <= self.guidance_scale <= MOST_SCALE:
            raise OptionInvalid(f"the guidance scale must be {LEAST_SCALE} to {MOST_SCALE}")
        if self.seed is not None and not 0 <= self.seed <= MAX_SEED:
            raise SeedInvalid(f"the seed must be 0 to {MAX_SEED}")

    def options(self) -> dict[str, Scalar]:
        """As the worker knows them."""
        options: dict[str, Scalar] = {
            "seed": self.seed,
            "guidance_scale": self.guidance_scale,
            "ref_acceleration": self.ref_acceleration,
        }
        if self.insight:
            options["insight"] = True
        if self.control is Control.TRYON:
            options |= {"repaint": self.repaint, "preprocess_garment": self.preprocess_garment}
        return options

    def link(self) -> str:
        """The query of an address that brings these settings back."""
        return "?" + urlencode({name: _word(value) for name, value in self._said().items()})

    def to_json(self) -> str:
        return json.dumps(self._said(), indent=2)

    def _said(self) -> dict[str, Any]:
        """Without what does not belong to its kind of picture, or is not set."""
        left_out = (
            {"garment_type", "repaint", "preprocess_garment"} if self.control is Control.POSE else set()
        )
        said = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: value for name, value in said.items() if name not in left_out}


def usual(control: Control, weights: str) -> Choices:
    """What stands in the form at first. The mini model has other habits than the published ones."""
    garment_type: GarmentType | None = "upper_body" if control is Control.TRYON else None
    if weights == "mini":
        return Choices(control, garment_type, steps=20, guidance_scale=1.5, repaint=True)
    return Choices(control, garment_type)


def of_job(job: Job) -> Choices:
    """The settings that a job was asked for with."""
    request, options = job.request, job.request.options
    scale = options.get("guidance_scale")
    return Choices(
        request.control,
        request.garment_type,
        request.model,
        min(request.steps, MOST_STEPS),
        float(scale) if isinstance(scale, int | float) else Choices.guidance_scale,
        seed_of(job),
        options.get("ref_acceleration") is True,
        options.get("repaint") is True,
        options.get("preprocess_garment") is True,
        options.get("insight") is True,
    )


def from_json(text: str, base: Choices) -> Choices:
    """`base`, but for what the JSON says. Raises `OptionInvalid`, `SeedInvalid`."""
    if len(text) > _LONGEST:
        raise OptionInvalid("settings are shorter than that")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise OptionInvalid("the settings are no JSON") from None
    if not isinstance(said, dict):
        raise OptionInvalid("the settings are a JSON object")
    return changed(base, said)


def from_query(query: Mapping[str, str], base: Choices) -> Choices:
    """`base`, but for what a link says; what it does not know is left alone. Raises as `from_json`."""
    return changed(base, query)


def control_of(query: Mapping[str, str]) -> Control:
    """Which of both kinds of picture a link is for."""
    return Control.POSE if query.get("control") == Control.POSE else Control.TRYON


def changed(base: Choices, said: Mapping[str, Any]) -> Choices:
    """`base`, but for what is said otherwise; names that are none of its own are left alone."""
    values = {field.name: getattr(base, field.name) for field in fields(base)}
    for name in values.keys() & said.keys() - {"control"}:
        values[name] = _read(name, said[name])
    if base.control is Control.POSE:
        values["garment_type"] = None
    return Choices(**values)


def _read(name: str, value: Any) -> Any:
    try:
        match name:
            case "steps" | "seed":
                return _whole(value)
            case "guidance_scale":
                return float(value)
            case "garment_type" | "model":
                return str(value)
            case _:
                return _yes(value)
    except (TypeError, ValueError, OverflowError):
        raise OptionInvalid(f"{name} does not fit") from None


def _whole(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or float(value) != int(value):
        raise ValueError
    return int(value)


def _yes(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in _TRUE + _FALSE:
        raise ValueError
    return str(value).lower() in _TRUE


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
