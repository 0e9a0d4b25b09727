"""Folders of drawn people, as they are or changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from leffa.synthetic import sample_person

COUNT = 4
SIZE = (96, 128)


def people(folder: Path, change: Callable[[Image.Image], Image.Image] = lambda picture: picture) -> Path:
    folder.mkdir()
    for seed in range(COUNT):
        change(Image.fromarray(sample_person(seed, SIZE).image)).save(folder / f"{seed:05d}_00.png")
    return folder


def darker(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: value // 2)
