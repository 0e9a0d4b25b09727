"""Processes that are started in order, started again when they die, and stopped in the opposite order.

On Linux they also end when the supervisor is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tasks.logs import get_logger

log = get_logger()

# Looked up before any fork: nothing may be imported between fork and exec.
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.2
# A part that dies at once is started again later and later.
_FIRST_PAUSE = 0.5
_STEADY_SECONDS = 30.0


@dataclass(frozen=True)
class Part:
    """One process of the stack. `ready` waits until it serves, and raises `NotReady`."""

    name: str
    command: Sequence[str]
    stop_seconds: float
    ready: Callable[[], None] | None = None


class NotReady(Exception):
    """A part did not come up; the message says which and what to look at."""


class _Running:
    def __init__(self, part: Part, environment: Mapping[str, str], longest_pause: float) -> None:
        self.part = part
        self._environment = environment
        self._longest_pause = longest_pause
        self._pause = _FIRST_PAUSE
        self._again_at = 0.0
        self.start()

    def start(self) -> None:
        self._begun = time.monotonic()
        # A session of its own: Ctrl-C reaches the supervisor only, which stops everything in order.
        self.process = subprocess.Popen(
            self.part.command,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def watch(self) -> None:
        """Start it again if it died, but not at once again and again."""
        now = time.monotonic()
        if self.process.poll() is None:
            return
        if not self._again_at:
            if now - self._begun > _STEADY_SECONDS:
                self._pause = _FIRST_PAUSE
            log.error("part_died", part=self.part.name, code=self.process.returncode, again_in=self._pause)
            self._again_at = now + self._pause
            self._pause = min(2 * self._pause, self._longest_pause)
        elif now >= self._again_at:
            self._again_at = 0.0
            self.start()
            log.info("part_started", part=self.part.name)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(self.part.stop_seconds)
            except subprocess.TimeoutExpired:
                log.error("part_killed", part=self.part.name, after=self.part.stop_seconds)
        # Its session's other members too: a worker's child must not outlive it.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _end_with_parent() -> None:
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """`with Supervisor(environment) as stack: stack.start(part) ...; stack.run(stopping)`."""

    def __init__(self, environment: Mapping[str, str], *, longest_pause: float = 30.0) -> None:
        """longest_pause: seconds between two starts of a part that dies again and again."""
        self._environment = environment
        self._longest_pause = longest_pause
        self._running: list[_Running] = []

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        for running in reversed(self._running):
            running.stop()
            log.debug("part_stopped", part=running.part.name)

    def start(self, part: Part) -> None:
        """Start `part` and wait until it is ready. Raises `NotReady`."""
        self._running.append(_Running(part, self._environment, self._longest_pause))
        if part.ready is not None:
            part.ready()
        log.debug("part_started", part=part.name)

    def run(self, stopping: threading.Event, enough: Callable[[], bool] | None = None) -> None:
        """Keep all parts going until `stopping` is set, or `enough` holds."""
        while not stopping.wait(_POLL_SECONDS) and not (enough is not None and enough()):
            for running in self._running:
                running.watch()

    def pids(self) -> dict[str, int]:
        """The processes by the names of their parts."""
        return {running.part.name: running.process.pid for running in self._running}
