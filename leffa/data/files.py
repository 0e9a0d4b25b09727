"""Reading the files of a data set, with errors that name the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from leffa.errors import DataMissing, DataUnreadable, PictureError
from leffa.masks.labels import DENSE_LARGEST
from leffa.pictures import decode, flatten

Split = Literal["train", "test"]
# A list names files; nobody's list of pairs is longer.
MAX_LIST_BYTES = 64 * 2**20


def read_picture(path: Path) -> Image.Image:
    """RGB. Raises `DataMissing` or `DataUnreadable`."""
    _require(path)
    try:
        return flatten(decode(path))
    except PictureError as error:
        raise DataUnreadable(f"{path}: {error}") from error


def read_mask(path: Path) -> Image.Image:
    """L, 255 or 0."""
    return read_picture(path).convert("L").point(lambda value: 255 if value >= 128 else 0)


def read_labels(path: Path, largest: int) -> NDArray[np.uint8]:
    """The numbers `[h, w]` of a grey or palette PNG (of RGB with three equal channels), 0..largest.

    Raises `DataMissing`; `DataUnreadable` also for other numbers.
    """
    read_picture(path)  # checks what it is, and its size, before it is opened a second time
    with Image.open(path) as file:
        values = np.asarray(file)
    if values.ndim == 3 and (values[..., :1] == values[..., :3]).all():
        values = values[..., 0]
    if values.ndim != 2 or values.dtype != np.uint8 or int(values.max()) > largest:
        raise DataUnreadable(f"{path} holds no labels 0 to {largest}")
    return values


def read_iuv(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Parts `[h, w]` and UV `[h, w, 2]` of a DensePose PNG as OpenCV writes it: red V, green U, blue part."""
    values = np.asarray(read_picture(path))
    parts = np.ascontiguousarray(values[..., 2])
    if int(parts.max()) > DENSE_LARGEST:
        raise DataUnreadable(f"{path} holds no DensePose parts 0 to {DENSE_LARGEST} in its blue channel")
    return parts, np.ascontiguousarray(values[..., 1::-1])


def read_json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except ValueError as error:
        raise DataUnreadable(f"{path} is no JSON: {error}") from error


def read_rows(path: Path, columns: tuple[int, int], separator: str | None = None) -> list[list[str]]:
    """The words of every line that is not empty; as many as `columns` (fewest, most) says.

    Every word must be a plain file name. Raises `DataMissing` or `DataUnreadable`, naming file and line.
    """
    rows = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        words = [word.strip() for word in line.split(separator)]
        if not any(words):
            continue
        if not columns[0] <= len(words) <= columns[1]:
            raise DataUnreadable(f"{path}, line {number}: {columns[0]} names are expected, got {line[:80]!r}")
        if any(word != Path(word).name or word in ("", "..") for word in words):
            raise DataUnreadable(f"{path}, line {number}: {line[:80]!r} holds more than names of files")
        rows.append(words)
    if not rows:
        raise DataUnreadable(f"{path} lists nothing")
    return rows


def _text(path: Path) -> str:
    _require(path)
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            raise DataUnreadable(f"{path} is larger than {MAX_LIST_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataUnreadable(f"{path} cannot be read: {error}") from error


def _require(path: Path) -> None:
    if not path.is_file():
        raise DataMissing(f"{path} is missing")
