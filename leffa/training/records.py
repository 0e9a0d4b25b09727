"""Many records of one shape in one file, mapped into memory; made once, by one process or several.

A mark beside each record says whether it is there, so that what was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from leffa.errors import RunError
from leffa.weights.files import finish, require_room, room_for

Field = tuple[DTypeLike, tuple[int, ...]]
Record = Mapping[str, NDArray[Any]]
_MISSING, _THERE, _LEFT_OUT = range(3)
_MARKS = ".marks"
_AT_ONCE = 16


class RecordFile:
    """`count` records with fields `name: (dtype, shape)`. Processes may write different records at once."""

    def __init__(self, path: Path, fields: Mapping[str, Field], count: int) -> None:
        """Opens the file, or makes an empty one (one process first). Raises `RunError`, `DiskFull`."""
        self._fields = list(fields)
        dtype = np.dtype([(name, *field) for name, field in fields.items()])
        marks = path.with_name(path.name + _MARKS)
        if not marks.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            require_room(path.parent, dtype.itemsize * count)
            with room_for(path):
                np.memmap(path, dtype, "w+", shape=(count,)).flush()
                part = marks.with_name(marks.name + ".part")
                part.write_bytes(bytes(count))
                finish(part, marks)
        if path.stat().st_size != dtype.itemsize * count or marks.stat().st_size != count:
            raise RunError(f"{path} is of another training; remove it")
        self._records = np.memmap(path, dtype, "r+", shape=(count,))
        self._marks = np.memmap(marks, np.uint8, "r+", shape=(count,))

    def missing(self) -> NDArray[np.int64]:
        """Numbers of records that nobody has written yet."""
        return np.flatnonzero(self._marks == _MISSING)

    def there(self) -> NDArray[np.int64]:
        """Numbers of records that can be read, ascending."""
        return np.flatnonzero(self._marks == _THERE)

    def write(self, records: Iterable[tuple[int, Record | None]]) -> None:
        """With their numbers; None: this record is left out for good. Marks follow what is on the disk."""
        for some in _some(iter(records)):
            for number, record in some:
                if record is not None:
                    row = self._records[number]
                    for name in self._fields:
                        row[name] = record[name]
            self._records.flush()
            for number, record in some:
                self._marks[number] = _LEFT_OUT if record is None else _THERE

    def read(self, number: int) -> dict[str, NDArray[Any]]:
        row = self._records[number]
        return {name: np.array(row[name]) for name in self._fields}


def _some(records: Iterator[tuple[int, Record | None]]) -> Iterator[list[tuple[int, Record | None]]]:
    while some := list(islice(records, _AT_ONCE)):
        yield some
