"""Which result belongs to which true picture, as the published tables have it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from leffa.errors import DataMissing, DataUnreadable, PictureError
from leffa.pictures import decode, flatten

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")
_KEY_LENGTH = 8
# Sides may differ by rounding, not by a crop.
_MOST_SKEW = 0.02


@dataclass(frozen=True)
class Match:
    result: Path
    truth: Path


def pictures_in(folder: Path) -> list[Path]:
    """By name. Raises `DataMissing` for a folder without pictures."""
    found = (
        sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS) if folder.is_dir() else []
    )
    if not found:
        raise DataMissing(f"{folder} holds no pictures ({', '.join(ENDINGS)})")
    return found


def match_key(path: Path) -> str:
    """Eight characters from the first digit of the name on; the whole stem where it has none, or of "inshop".

    Names of pose transfer (`..._vis`) have a number in common that says nothing: there, too, the whole stem.
    """
    first = next((i for i, letter in enumerate(path.stem) if letter.isdigit()), None)
    if first is None or "inshop" in path.stem or path.stem.startswith("fashion"):
        return path.stem
    return path.stem[first : first + _KEY_LENGTH]


def match(results: Path, truth: Path) -> list[Match]:
    """Every result with its true picture; true pictures without a result are left out.

    Raises `DataMissing` for a result without a truth, `DataUnreadable` where two files have one key.
    """
    known = _by_key(pictures_in(truth))
    matches = []
    for key, result in _by_key(pictures_in(results)).items():
        if key not in known:
            raise DataMissing(f"{truth} has no picture for {result.name} (looked for {key})")
        matches.append(Match(result, known[key]))
    return matches


def read(path: Path) -> Image.Image:
    """RGB. Raises `DataUnreadable`, which names the file."""
    try:
        return flatten(decode(path))
    except PictureError as error:
        raise DataUnreadable(f"{path}: {error}") from error


def fitted(truth: Image.Image, result: Image.Image, path: Path) -> Image.Image:
    """`truth` at the result's size by Lanczos. Raises `DataUnreadable` where the proportions differ."""
    if truth.size == result.size:
        return truth
    skew = truth.width / truth.height * result.height / result.width
    if abs(skew - 1) > _MOST_SKEW:
        raise DataUnreadable(
            f"{path} is {truth.width}x{truth.height}, its result {result.width}x{result.height}"
        )
    return truth.resize(result.size, Image.Resampling.LANCZOS)


def _by_key(paths: list[Path]) -> dict[str, Path]:
    keys: dict[str, Path] = {}
    for path in paths:
        other = keys.setdefault(match_key(path), path)
        if other != path:
            raise DataUnreadable(
                f"{path} and {other.name} are told apart by nothing: both are {match_key(path)}"
            )
    return keys
