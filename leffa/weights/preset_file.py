"""`preset.json` of a weights folder that was trained here: how pictures are made with it.

The published folder has none; its presets are `leffa.presets`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_args

from leffa.control import ModelName
from leffa.errors import WeightsUnreadable
from leffa.presets import PUBLISHED, Preset, Rule
from leffa.weights.files import write_json

NAME = "preset.json"


def write_preset(folder: Path, preset: Preset) -> None:
    write_json(folder / NAME, asdict(preset))


def read_preset(folder: Path, model: ModelName) -> Preset | None:
    """The folder's preset if it has one of this model. Raises `WeightsUnreadable` for what is none."""
    preset = _read(folder)
    return preset if preset is not None and preset.model == model else None


def shows_drawn_people(folder: Path) -> bool:
    """These weights are of drawn people, so their photos are seen by the network that comes along.

    Raises `WeightsUnreadable` for a preset that is none.
    """
    preset = _read(folder)
    return preset is not None and preset.drawn


def _read(folder: Path) -> Preset | None:
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        preset = Preset(**{**values, "work_size": tuple(values["work_size"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsUnreadable(f"{path} is no preset: {error}") from error
    if not _sound(preset):
        raise WeightsUnreadable(f"{path} is no preset: its values are out of range")
    return preset


def _sound(preset: Preset) -> bool:
    """Types as written, names that exist: paths come from the published presets, never from the file."""
    published = PUBLISHED.get(preset.model)
    if published is None or (preset.base, preset.checkpoint) != (published.base, published.checkpoint):
        return False
    numbers = (*preset.work_size, preset.num_inference_steps)
    kinds = {field.name: getattr(preset, field.name) for field in fields(preset)}
    return (
        len(preset.work_size) == 2
        and all(type(number) is int and 1 <= number <= 4096 for number in numbers)
        and preset.mask_rule in get_args(Rule)
        and all(type(kinds[name]) is bool for name in ("smooth", "repaint", "drawn"))
        and isinstance(preset.guidance_scale, int | float)
        and (preset.frame_margin is None or isinstance(preset.frame_margin, int | float))
    )
