"""Where in a weights folder a file lies: its converted form if it is there, else the published one."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from leffa.control import ModelName
from leffa.errors import WeightsMissing
from leffa.weights.files import PART_SUFFIX
from leffa.weights.layout import Parsing, Part, PublishedFile, files_for, files_of, models_needing

State = Literal["converted", "there", "partial", "missing"]


def find_files(folder: Path, part: Part) -> list[Path]:
    """The files of a part, in the order of the layout. Raises `WeightsMissing`: which, and how to get it."""
    return [_find(folder, file) for file in files_of(part)]


def find_parsing(folder: Path) -> tuple[Path, Path]:
    """The two parsing networks, ATR and LIP: the ONNX pair, or else the `.pth` pair, or `WeightsMissing`."""
    atr, lip = find_files(folder, "parsing_torch" if parsing_of(folder) == "torch" else "parsing_onnx")
    return atr, lip


def parsing_of(folder: Path) -> Parsing:
    """Which pair of parsing networks the folder has; `onnx` where it has both or neither."""
    return (
        "torch"
        if _is_complete(folder, "parsing_torch") and not _is_complete(folder, "parsing_onnx")
        else "onnx"
    )


def lacking(folder: Path, models: Iterable[ModelName]) -> list[PublishedFile]:
    """What these models need and the folder has in no form."""
    needed = files_for(models, parsing_of(folder))
    return [file for file in needed if state_of(folder, file) in ("missing", "partial")]


def state_of(folder: Path, file: PublishedFile) -> State:
    if file.converted and (folder / file.converted).is_file():
        return "converted"
    path = folder / file.path
    if path.is_file():
        return "there"
    return "partial" if any(partial_files(folder, file)) else "missing"


def partial_files(folder: Path, file: PublishedFile) -> Iterable[Path]:
    """What an interrupted pull left of it."""
    path = folder / file.path
    return path.parent.glob(f"{path.name}.*{PART_SUFFIX}")


def pull_command(folder: Path, model: ModelName) -> str:
    return f"leffa weights pull --model {model} {shlex.quote(str(folder))}"


def _find(folder: Path, file: PublishedFile) -> Path:
    names = [name for name in (file.converted, file.path) if name]
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        command = pull_command(folder, models_needing(file.part)[0])
        raise WeightsMissing(
            f"missing weights: expected {' or '.join(names)} in {folder}; fetch them: {command}"
        )
    return found


def _is_complete(folder: Path, part: Part) -> bool:
    return all(state_of(folder, file) in ("converted", "there") for file in files_of(part))
