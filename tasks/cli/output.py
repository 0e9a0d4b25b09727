"""How results are printed: lines for people, or one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

import click


def say(as_json: bool, result: Any, lines: Iterable[str]) -> None:
    """`result` (a dataclass, a list of them, a dictionary) as JSON, else the lines."""
    if as_json:
        click.echo(json.dumps(_plain(result), default=_written))
        return
    for line in lines:
        click.echo(line)


def say_act(as_json: bool, audit_id: int, what: str, *, undo: bool = True) -> None:
    """An act was done: its row in the audit, and how to undo it."""
    way_back = f"giydir audit undo {audit_id}" if undo else None
    lines = [f"{what} (audit {audit_id})"]
    lines.append(f"undo: {way_back}" if way_back else "this cannot be undone")
    say(as_json, {"audit_id": audit_id, "undo": way_back}, lines)


def table(rows: Iterable[Sequence[object]]) -> list[str]:
    """Columns side by side, as wide as their widest word; what people wrote stays on its line."""
    words = [[_word(cell) for cell in row] for row in rows]
    widths = [max(len(word) for word in column) for column in zip(*words, strict=True)]
    return [
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        for row in words
    ]


def moment(at: datetime | None, never: str = "-") -> str:
    """To the second, in UTC."""
    return never if at is None else at.strftime("%Y-%m-%d %H:%M:%SZ")


def _word(cell: object) -> str:
    if isinstance(cell, datetime):
        return moment(cell)
    text = "-" if cell is None else str(cell)
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _plain(result: Any) -> Any:
    if is_dataclass(result) and not isinstance(result, type):
        return asdict(result)
    if isinstance(result, list | tuple):
        return [_plain(one) for one in result]
    if isinstance(result, dict):
        return {key: _plain(value) for key, value in result.items()}
    return result


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
