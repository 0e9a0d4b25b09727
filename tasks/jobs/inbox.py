"""What a platform told is kept until it was handled, and its id for some time after that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from tasks.db.inbox import inbox
from tasks.db.insert import insert_unless_there
from tasks.records import Told

# Platforms give up telling after a day; what was not handled by then, nobody waits for.
LIFE = timedelta(hours=25)
# What was begun so often and never ended brings the process down each time.
MOST_ATTEMPTS = 3


def take_in(connection: Connection, platform: str, told: Sequence[Told], now: datetime) -> set[str]:
    """Write them down. Returns the events that were not known yet."""
    return {
        one.event
        for one in told
        if insert_unless_there(
            connection, inbox, {"platform": platform, "event": one.event, "body": one.body, "added_at": now}
        )
    }


def take_up(connection: Connection, platform: str, now: datetime) -> Sequence[Told]:
    """What a process before this one took in and did not end, oldest first; another attempt begins."""
    left = (inbox.c.platform == platform, inbox.c.handled.is_(False))
    given_up = or_(inbox.c.attempts >= MOST_ATTEMPTS, inbox.c.added_at < now - LIFE)
    connection.execute(update(inbox).where(*left, given_up).values(handled=True, body=None, note=None))
    rows = connection.execute(select(inbox).where(*left).order_by(inbox.c.id)).mappings().all()
    connection.execute(update(inbox).where(*left).values(attempts=inbox.c.attempts + 1))
    return [Told(row["event"], row["body"], row["note"]) for row in rows]


def note_down(connection: Connection, platform: str, event: str, note: str) -> None:
    """How far the handling came, for a process that takes it up."""
    connection.execute(
        update(inbox).where(inbox.c.platform == platform, inbox.c.event == event).values(note=note)
    )


def mark_handled(connection: Connection, platform: str, events: Collection[str]) -> None:
    """Only that they were there is kept of them."""
    done = update(inbox).where(inbox.c.platform == platform, inbox.c.event.in_(events))
    connection.execute(done.values(handled=True, body=None, note=None))


def drop_old(connection: Connection, now: datetime) -> int:
    """Delete what no platform tells any more. Returns how many there were."""
    return connection.execute(delete(inbox).where(inbox.c.added_at < now - LIFE)).rowcount
