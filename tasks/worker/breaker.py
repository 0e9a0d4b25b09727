"""A worker that fails again and again takes no more jobs, so that it does not use up everybody's attempts."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row; after `seconds` one job may pass, and closes or opens it again."""

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures = failures
        self._seconds = seconds
        self._clock = clock
        self._in_a_row = 0
        self._open_until = 0.0

    @property
    def wait(self) -> float:
        """Seconds until a job may be taken; 0: now."""
        return max(0.0, self._open_until - self._clock())

    def succeeded(self) -> None:
        self._in_a_row = 0
        self._open_until = 0.0

    def failed(self) -> bool:
        """Whether it is open now."""
        self._in_a_row += 1
        if self._in_a_row < self._failures:
            return False
        self.open()
        return True

    def open(self) -> None:
        """Take no job for now, whatever happened before."""
        self._in_a_row = self._failures
        self._open_until = self._clock() + self._seconds
