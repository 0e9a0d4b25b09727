"""What a check has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]
OK: Level = "ok"
WARNING: Level = "warning"
PROBLEM: Level = "problem"


@dataclass(frozen=True)
class Finding:
    """One line about one part, and what to do about it."""

    part: str
    level: Level
    said: str
    advice: str = ""


def ok(part: str, said: str) -> Finding:
    return Finding(part, OK, said)


def warning(part: str, said: str, advice: str) -> Finding:
    return Finding(part, WARNING, said, advice)


def problem(part: str, said: str, advice: str) -> Finding:
    return Finding(part, PROBLEM, said, advice)
