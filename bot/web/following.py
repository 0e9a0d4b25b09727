"""Following jobs: what a visitor who looks on is told, by events where they come, else by asking the desk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.core.crossing import aside
from bot.core.progress import News
from bot.web.visitors import PLATFORM
from tasks.broker.events import Event
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable
from tasks.logs import get_logger
from tasks.records import Job, JobState

log = get_logger()

# How often a visitor is told at most, and how often the desk is asked without any event.
_TELL_SECONDS = 0.4
_ASK_SECONDS = 2.0
_ROUND_SECONDS = 5.0


@dataclass
class _Heard:
    """What events said of a job that somebody follows."""

    followers: int
    came: asyncio.Event
    event: Event | None = None
    preview: bytes | None = None


class Following:
    """The database is the truth: events only make it sooner, and bring previews."""

    def __init__(self, desk: Desk, clock: Clock = system_clock) -> None:
        self._desk = desk
        self._clock = clock
        self._heard: dict[int, _Heard] = {}
        self._ended = asyncio.Event()
        self.last_round: float | None = None

    def hear(self, event: Event) -> None:
        """Called in the event loop."""
        if event.kind == "ended":
            self._ended.set()
        if (heard := self._heard.get(event.job_id)) is not None:
            heard.event = event
            heard.preview = event.preview or heard.preview
            heard.came.set()

    async def follow(self, job_id: int) -> AsyncIterator[News | Job]:
        """News of a job until it has ended, and then the job. Raises `UnknownJob` once it is forgotten."""
        heard = self._heard.setdefault(job_id, _Heard(0, asyncio.Event()))
        heard.followers += 1
        try:
            while True:
                heard.came.clear()
                job = await aside(self._desk.job, job_id)
                if job.ended_at is not None:
                    yield job
                    return
                yield await self._news(job, heard)
                await asyncio.sleep(_TELL_SECONDS)
                with suppress(TimeoutError):
                    await asyncio.wait_for(heard.came.wait(), _ASK_SECONDS - _TELL_SECONDS)
        finally:
            heard.followers -= 1
            if not heard.followers:
                self._heard.pop(job_id, None)

    async def run(self) -> None:
        """Mark answers as delivered, until cancelled: what has ended is in its visitor's gallery at once."""
        while True:
            self._ended.clear()
            try:
                await aside(self._deliver)
            except DatabaseUnavailable as away:
                log.warning("database_unavailable", reason=str(away))
            else:
                self.last_round = time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _ROUND_SECONDS)

    def _deliver(self) -> None:
        for job in self._desk.undelivered(PLATFORM):
            self._desk.mark_delivered(job.id)

    async def _news(self, job: Job, heard: _Heard) -> News:
        steps = job.request.steps
        estimate = await aside(self._desk.estimate, job.id)
        ready_at = None if estimate.seconds is None else self._clock() + timedelta(seconds=estimate.seconds)
        if job.state is JobState.RUNNING:
            event = heard.event
            told = event.step if event is not None and event.kind == "step" else 0
            step = max(job.step, told)
            return News(True, job.cancel_requested, 0, ready_at, step, steps, heard.preview)
        return News(False, job.cancel_requested, estimate.position, ready_at)
