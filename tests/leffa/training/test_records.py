"""Records in a file: written once, by several, and gone on with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leffa.errors import RunError
from leffa.training.records import RecordFile

FIELDS = {"picture": (np.uint8, (2, 3)), "flow": (np.float32, (2,))}


def record(number: int) -> dict[str, np.ndarray]:
    return {"picture": np.full((2, 3), number, np.uint8), "flow": np.array([number, np.nan], np.float32)}


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "some", FIELDS, 5)
    file.write([(1, record(1)), (3, None), (4, record(4))])
    again = RecordFile(tmp_path / "some", FIELDS, 5)
    assert again.missing().tolist() == [0, 2]
    assert again.there().tolist() == [1, 4]
    np.testing.assert_equal(again.read(4), record(4))


def test_what_fails_in_between_keeps_what_was_whole(tmp_path: Path) -> None:
    def broken() -> object:
        for number in range(40):
            if number == 20:
                raise OSError("the power is gone")
            yield number, record(number)

    file = RecordFile(tmp_path / "some", FIELDS, 40)
    with pytest.raises(OSError, match="the power"):
        file.write(broken())  # type: ignore[arg-type]
    there = RecordFile(tmp_path / "some", FIELDS, 40).there().tolist()
    assert there == list(range(len(there)))
    assert 0 < len(there) < 20


def test_a_file_of_other_records_is_refused(tmp_path: Path) -> None:
    RecordFile(tmp_path / "some", FIELDS, 5)
    with pytest.raises(RunError, match="is of another training"):
        RecordFile(tmp_path / "some", FIELDS, 6)
