"""Measured times, for estimates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, update

from tasks.db.insert import insert_unless_there
from tasks.db.work import speeds

# How much the newest job counts in the running mean.
_NEWEST = 0.2


def record_speed(connection: Connection, job: RowMapping, now: datetime) -> None:
    """Add a successful job's time, the loading and decoding within it included, as seconds for each step."""
    seconds = max(0.0, (now - job["started_at"]).total_seconds()) / job["steps"]
    which = {"control": job["control"], "model": job["model"]}
    if insert_unless_there(connection, speeds, {**which, "step_seconds": seconds}):
        return
    connection.execute(
        update(speeds)
        .filter_by(**which)
        .values(step_seconds=(1 - _NEWEST) * speeds.c.step_seconds + _NEWEST * seconds)
    )
