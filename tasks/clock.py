"""Where the time comes from, so that a test can make it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

# Gives an aware time in UTC. All machines that share a database keep theirs within a second or so (NTP):
# a lease is far longer than that.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
