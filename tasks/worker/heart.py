"""What keeps a job in its worker's hands while the picture is made, in a thread of its own.

The GPU never waits for the database: the thread tells the newest step and hears whether somebody asked to
stop. It beats only as long as there is progress, so that a stuck worker's lease ends like a dead one's.
"""

from __future__ import annotations

import threading
import time

from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable, DeskError, StaleToken

# How often a new step is written down at most: watchers read it, and a cancel is heard, this late.
STEP_SECONDS = 0.5
_BEATS_IN_A_LEASE = 4


class Heart:
    """`with Heart(...) as heart:` around the work; `heart.step` whenever there is progress."""

    def __init__(self, desk: Desk, token: int, *, lease_seconds: float, stall_seconds: float) -> None:
        self.cancelled = False
        """Somebody asked to stop."""
        self.lost = False
        """The job was given to somebody else, or has ended."""
        self._desk = desk
        self._token = token
        self._interval = lease_seconds / _BEATS_IN_A_LEASE
        self._stall_seconds = stall_seconds
        self._step = 0
        self._told = 0
        self._progress_at = time.monotonic()
        self._woken = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._beat_on, name="heart", daemon=True)

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._woken:
            self._stopping = True
            self._woken.notify()
        self._thread.join()

    def step(self, step: int) -> None:
        """There is progress: `step` steps are done."""
        with self._woken:
            self._step = step
            self._progress_at = time.monotonic()
            self._woken.notify()

    def _beat_on(self) -> None:
        while True:
            with self._woken:
                self._woken.wait_for(lambda: self._stopping or self._step != self._told, self._interval)
                if self._stopping:
                    return
                step, stalled = self._step, time.monotonic() - self._progress_at > self._stall_seconds
            if stalled:
                return
            try:
                beat = self._desk.heartbeat(self._token, step)
            except DatabaseUnavailable:
                pass  # The lease is far longer than a beat: the next one will do.
            except StaleToken:
                self.lost = True
                return
            except DeskError:
                self.lost = True
                raise
            else:
                self.cancelled = beat.cancel
            self._told = step
            with self._woken:
                self._woken.wait_for(lambda: self._stopping, STEP_SECONDS)
