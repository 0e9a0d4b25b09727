"""Drawn people, garments and poses to try with, that come along.

People and garments are made by `leffa sample --size 480x640 --seed 20`; wearers are the first pictures of
`leffa.synthetic.sample_pose_pair` with seeds 43, 52 and 61, poses those of others in 62 and 43 (the second)
and 48 (the first), at the same size.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.records import Control, GarmentType

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Sample:
    """One picture; of a garment, with its type."""

    name: str
    garment_type: GarmentType | None = None

    @property
    def path(self) -> Path:
        return ASSETS / f"{self.name}.png"


PEOPLE = [Sample(f"person{number}") for number in (1, 2, 3)]
GARMENTS = [Sample("garment1", "upper_body"), Sample("garment2", "lower_body"), Sample("garment3", "dresses")]
WEARERS = [Sample(f"wearer{number}") for number in (1, 2, 3)]
POSES = [Sample(f"pose{number}") for number in (1, 2, 3)]
# As Gradio knows them: they are for everybody.
PATHS = {str(sample.path): sample.path for sample in (*PEOPLE, *GARMENTS, *WEARERS, *POSES)}


def samples_for(control: Control) -> tuple[list[Sample], list[Sample]]:
    """For source and reference."""
    return (PEOPLE, GARMENTS) if control is Control.TRYON else (POSES, WEARERS)
