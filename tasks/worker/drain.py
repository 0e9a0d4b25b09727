"""How a worker stops: with its job made if that is soon, or else with the job put back in line.

The parent hears SIGTERM, the child holds the job. One number goes between them, in memory that both see: the
time until which the child may go on. It reads the number at each step, so that nothing is torn from a GPU in
the middle of a call.
"""

from __future__ import annotations

import time
from multiprocessing import get_context


class Drain:
    """Made before the child is forked; either side may use it."""

    def __init__(self) -> None:
        # Without a lock: one number, written whole, and a child that dies must not leave a lock behind.
        self._until = get_context("fork").RawValue("d", 0.0)

    def begin(self, seconds: float) -> None:
        """No job may go on for longer than this. An earlier end stays."""
        until = time.monotonic() + seconds
        if not self.begun or until < self._until.value:
            self._until.value = until

    @property
    def begun(self) -> bool:
        """Whether the worker is to stop: no further job is claimed."""
        return bool(self._until.value > 0)

    @property
    def over(self) -> bool:
        """Whether the job in hand must be put back now."""
        return self.begun and time.monotonic() >= self._until.value
