"""The time by which a stand-in lives: the real one, and as much later as a test has moved it."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970, as `time.time` counts them."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._stopped: float | None = None

    def now(self) -> float:
        return (time.time() if self._stopped is None else self._stopped) + self._ahead

    def advance(self, seconds: float) -> None:
        """What lives by this clock (tokens, links, rate limits) is older at once; nobody sleeps."""
        self._ahead += seconds

    def stand_still(self) -> None:
        """Only `advance` moves it from now on."""
        self._stopped = time.time()
