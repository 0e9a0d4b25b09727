"""Days of 23, 24 and 25 hours, and the last 24 hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.quota.windows import Span, frees_at, span
from tasks.records import Window


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "now", "start", "ends", "hours"),
    [
        ("UTC", utc(2026, 6, 1, 12), utc(2026, 6, 1), utc(2026, 6, 2), 24),
        ("Europe/Istanbul", utc(2026, 6, 1, 21), utc(2026, 6, 1, 21), utc(2026, 6, 2, 21), 24),
        ("Europe/Istanbul", utc(2026, 6, 1, 20, 59), utc(2026, 5, 31, 21), utc(2026, 6, 1, 21), 24),
        ("Europe/Berlin", utc(2026, 3, 29, 12), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22), 23),
        ("Europe/Berlin", utc(2026, 10, 25, 12), utc(2026, 10, 24, 22), utc(2026, 10, 25, 23), 25),
        # Clocks that go forward over midnight: that day begins at one.
        ("Africa/Cairo", utc(2026, 4, 24, 12), utc(2026, 4, 23, 22), utc(2026, 4, 24, 21), 23),
        # Clocks that go back over midnight: one hour comes twice, within the same day.
        ("America/Havana", utc(2026, 11, 1, 12), utc(2026, 11, 1, 4), utc(2026, 11, 2, 5), 25),
        ("Pacific/Kiritimati", utc(2026, 6, 1, 10), utc(2026, 6, 1, 10), utc(2026, 6, 2, 10), 24),
    ],
)
def test_a_day_goes_from_local_midnight_to_local_midnight(
    zone: str, now: datetime, start: datetime, ends: datetime, hours: int
) -> None:
    assert span(Window.DAILY, zone, now) == Span(start, ends)
    assert ends - start == timedelta(hours=hours)


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1)),
    zone=st.sampled_from(["UTC", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_every_moment_is_in_one_day_and_days_follow_each_other(now: datetime, zone: str) -> None:
    today = span(Window.DAILY, zone, now.replace(tzinfo=UTC))
    assert today.ends is not None
    assert today.start <= now.replace(tzinfo=UTC) < today.ends
    assert span(Window.DAILY, zone, today.ends).start == today.ends
    assert span(Window.DAILY, zone, today.ends - timedelta(microseconds=1)) == today


def test_a_rolling_window_holds_less_than_a_day() -> None:
    now = utc(2026, 6, 1, 12)
    rolling = span(Window.ROLLING, "Europe/Istanbul", now)
    assert rolling.ends is None
    assert now - timedelta(hours=24) < rolling.start <= now - timedelta(hours=24) + timedelta(microseconds=1)


def test_a_rolling_window_frees_as_many_as_are_needed() -> None:
    first, second = utc(2026, 6, 1, 8), utc(2026, 6, 1, 9)
    taken = [(first, 1), (second, 2)]
    assert frees_at(taken, 1) == utc(2026, 6, 2, 8)
    assert frees_at(taken, 2) == utc(2026, 6, 2, 9)
    assert frees_at(taken, 4) is None
