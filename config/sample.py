"""The annotated sample of all settings. `python -m config.sample` writes it anew."""

from __future__ import annotations

import textwrap
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.settings import Settings, variables

SAMPLE = Path(__file__).with_name("giydir.env.sample")
_USUAL = {"discord_token": "DISCORD_TOKEN", "telegram_token": "TELEGRAM_TOKEN"}
_HEAD = """\
# AI-Giydir's settings, each with its meaning, its range and its default.
# Copy this file to .env and take the # away from what you change. The environment wins over the file.
"""


def sample() -> str:
    """The sample file's text."""
    entries = [_entry(name, variable) for name, variable in variables().items()]
    return "\n".join([_HEAD, *entries])


def _entry(name: str, variable: str) -> str:
    info = Settings.model_fields[name]
    said = f"{info.description} {_range(info)}".strip()
    if name in _USUAL:
        said += f" Also read from {_USUAL[name]}."
    comment = textwrap.fill(said, 100, initial_indent="# ", subsequent_indent="# ")
    return f"{comment}\n#{variable}={_written(info.default)}\n"


def _range(info: FieldInfo) -> str:
    bounds = {key: getattr(rule, key) for rule in info.metadata for key in ("ge", "le") if hasattr(rule, key)}
    if bounds:
        return f"{bounds['ge']} to {bounds['le']}."
    if choices := [
        choice for part in _parts(info.annotation) if get_origin(part) is Literal for choice in get_args(part)
    ]:
        return f"One of {', '.join(choices)}."
    return ""


def _parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)


def _written(default: object) -> str:
    match default:
        case None:
            return ""
        case SecretStr():
            return default.get_secret_value()
        case bool():
            return str(default).lower()
        case _:
            return str(default)


if __name__ == "__main__":
    SAMPLE.write_text(sample())
