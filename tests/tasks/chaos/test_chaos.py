"""The desk's promises under fire: real processes, really killed. The long version is `make chaos`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.tasks.chaos.storm import Storm, blow
from tests.tasks.postgresql import add_database


def test_every_request_is_answered_once_and_paid_once_whatever_is_killed(postgresql: str) -> None:
    storm = Storm(jobs=150, members=20, member_limit=8, workers=2, seed=7, pause=(0.7, 3.0))
    # A socket's path is short, and pytest's own folders are deep.
    with tempfile.TemporaryDirectory(prefix="giydir-") as folder:
        report = blow(storm, Path(folder), add_database(postgresql, "chaos"))
    assert report.verdict.broken == []
    assert report.accepted > storm.jobs / 2
    assert report.deeds.total() > 3
