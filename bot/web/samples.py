"""Drawn people and garments to try with, that come along; made by `leffa sample --size 480x640 --seed 20`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.records import Control

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Sample:
    """One picture."""

    name: str

    @property
    def path(self) -> Path:
        return ASSETS / f"{self.name}.png"


PEOPLE = [Sample(f"person{number}") for number in (1, 2, 3)]
GARMENTS = [Sample(f"garment{number}") for number in (1, 2, 3)]
# As Gradio knows them: they are for everybody.
PATHS = {str(sample.path): sample.path for sample in (*PEOPLE, *GARMENTS)}


def samples_for(control: Control) -> tuple[list[Sample], list[Sample]]:
    """For source and reference."""
    return (PEOPLE, GARMENTS) if control is Control.TRYON else (PEOPLE, PEOPLE)
