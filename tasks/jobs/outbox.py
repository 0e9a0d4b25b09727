"""What waits to be told to the outside: written with the change itself, read by a dispatcher.

The rows are bells, not work: one that is rung twice, or lost, does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from tasks.db.work import outbox
from tasks.records import Bell, OutboxRow

# Inline: its own id is not asked for.
_RING = insert(outbox).values(bell=bindparam("bell"), job_id=bindparam("job_id"), at=bindparam("at")).inline()


def ring(connection: Connection, bell: Bell, job_id: int, now: datetime) -> None:
    """Write a row, in the transaction that changes the job."""
    connection.execute(_RING, {"bell": bell, "job_id": job_id, "at": now})


def read_outbox(connection: Connection, limit: int) -> list[OutboxRow]:
    """The oldest rows that were not told."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.bell, outbox.c.job_id).order_by(outbox.c.id).limit(limit)
    )
    return [OutboxRow(row.id, Bell(row.bell), row.job_id) for row in rows]


def clear_outbox(connection: Connection, ids: Iterable[int]) -> None:
    """These were told."""
    connection.execute(delete(outbox).where(outbox.c.id.in_(list(ids))))
