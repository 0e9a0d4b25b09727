"""From when on pictures count, and when the count starts anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tasks.records import Window

DAY = timedelta(hours=24)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    """Entries at `start` or later count. `ends` is the next local midnight; a rolling window has no end."""

    start: datetime
    ends: datetime | None


def span(window: Window, zone: str, now: datetime) -> Span:
    """The window that `now` is in. A rolling one holds what is less than 24 hours old."""
    if window is Window.ROLLING:
        return Span(now - DAY + _TICK, None)
    today = now.astimezone(ZoneInfo(zone)).date()
    return Span(_midnight(today, zone), _midnight(today + timedelta(days=1), zone))


def _midnight(day: date, zone: str) -> datetime:
    # Where clocks go forward over midnight, this is the moment they do.
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def frees_at(taken: list[tuple[datetime, int]], too_many: int) -> datetime | None:
    """When a rolling window will have let go of `too_many` pictures; `taken` oldest first."""
    for at, pictures in taken:
        too_many -= pictures
        if too_many <= 0:
            return at + DAY
    return None
