"""What a member has left, for them to read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from config.settings import Settings
from tasks.clock import Clock
from tasks.ledger.entries import taken_in_window
from tasks.quota.situation import Situation, look_up
from tasks.quota.windows import DAY
from tasks.records import Asker, Quota


def quota_of(connection: Connection, asker: Asker, settings: Settings, clock: Clock) -> Quota | None:
    """The member's quota, or `None` if the desk has never seen them here."""
    situation = look_up(connection, asker, settings, clock, lock=False)
    if situation is None:
        return None
    return Quota(
        window=situation.window,
        limit=situation.limit.pictures,
        source=situation.limit.source,
        used=situation.used,
        bonus=situation.bonus,
        pool_left=situation.pool_left,
        left=situation.left,
        resets_at=_resets_at(connection, situation),
    )


def _resets_at(connection: Connection, situation: Situation) -> datetime | None:
    if situation.used <= 0:
        return None
    if situation.span.ends is not None:
        return situation.span.ends
    taken = taken_in_window(connection, situation.payer, situation.span.start)
    return next((at + DAY for at, pictures in taken if pictures > 0), None)
