"""Brings every answer to its member, once, whatever dies in between.

What is owed is read from the database, round by round. Events only make a round come sooner and show steps
between the rounds. An answer is marked as delivered after the platform confirmed it; a bot that is killed in
between delivers once more, onto the same message, which changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from bot.core.asking import Asking, first_of, has_second
from bot.core.crossing import aside
from bot.core.errors import PictureGone
from bot.core.post import Later, Post, Unreachable
from bot.core.progress import Answer, News
from tasks.broker.events import Event
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import (
    Cooldown,
    DatabaseUnavailable,
    PictureDamaged,
    PictureMissing,
    PictureTooLarge,
    QueueFull,
    Refused,
    StoreUnavailable,
    TooManyJobs,
    UnknownJob,
)
from tasks.logs import get_logger, job_context
from tasks.records import Job, JobState, Scalar
from tasks.store.store import Store

log = get_logger()

ROUND_SECONDS = 2.0
BURST_SECONDS = 0.2
# Places in the queue are looked up anew after so long; each is a query.
PLACE_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
# How long what is on its way may still take when the bot is told to stop.
LAST_SECONDS = 10.0
# Messages that are written at a time, and of these in one place: platforms limit each place for itself, and
# one that has to wait may not keep the others waiting.
_AT_ONCE, _AT_ONCE_IN_PLACE = 16, 4
_LIMIT = 200


_Place: TypeAlias = tuple[str, Scalar]


@dataclass
class _Watched:
    """What is remembered of a job between rounds; nothing is lost with it."""

    shown: News | None = None
    next_edit: float = 0.0
    next_place: float = 0.0
    place: tuple[int, datetime | None] = (0, None)
    heard: Event | None = None
    failures: int = 0
    again_at: float = 0.0
    blind: bool = False


class Delivery:
    """One for each platform. `wake` and `hear` may be called at any time, from the event loop."""

    def __init__(
        self, desk: Desk, store: Store, asking: Asking, post: Post, clock: Clock = system_clock
    ) -> None:
        self._asking = asking
        self._desk = desk
        self._store = store
        self._post = post
        self._clock = clock
        self._watched: dict[int, _Watched] = {}
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._places: WeakValueDictionary[_Place, asyncio.Semaphore] = WeakValueDictionary()
        self._awake = asyncio.Event()
        self.last_round: float | None = None

    def wake(self) -> None:
        """There is something to do: do not wait for the next round's time."""
        self._awake.set()

    def hear(self, event: Event) -> None:
        """Something happened to a job, perhaps of another platform."""
        if (watched := self._watched.get(event.job_id)) is not None and event.kind == "step":
            kept = watched.heard
            if event.preview is None and kept is not None and kept.preview is not None:
                event = Event(event.kind, event.job_id, event.step, event.steps, kept.preview)
            watched.heard = event
        self._awake.set()

    async def run(self) -> None:
        """Rounds without end; cancelled, it waits for what is on its way to the platform."""
        try:
            while True:
                self._awake.clear()
                try:
                    await self.begin_round()
                except DatabaseUnavailable as away:
                    log.warning("round_failed", reason=str(away))
                self.last_round = time.monotonic()
                await self._wait()
        finally:
            if self._busy:
                await asyncio.wait(self._busy.values(), timeout=LAST_SECONDS)

    async def round(self) -> None:
        """One round to its end: everything that is owed now was tried."""
        await self.begin_round()
        await self.finish()

    async def begin_round(self) -> None:
        """Start whatever is to be done and is not being done. Raises `DatabaseUnavailable`."""
        owed = await aside(self._desk.undelivered, self._post.platform, _LIMIT)
        going_on = await aside(self._desk.unfinished, self._post.platform, _LIMIT)
        self._watched = {job.id: self._watched.get(job.id, _Watched()) for job in (*owed, *going_on)}
        now = time.monotonic()
        for job in owed:
            if self._watched[job.id].again_at <= now:
                self._begin(job, self._deliver(job, self._watched[job.id]))
        for job in going_on:
            watched = self._watched[job.id]
            if _may_have_news(job, watched, now):
                self._begin(job, self._show(job, watched))

    async def finish(self) -> None:
        """Wait for what is being done."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    def _begin(self, job: Job, work: Coroutine[Any, Any, None]) -> None:
        """One thing at a time for each job: no late progress may overwrite an answer."""
        if job.id in self._busy:
            work.close()
            return
        task = asyncio.create_task(self._bounded(job, work))
        self._busy[job.id] = task
        task.add_done_callback(lambda _: self._busy.pop(job.id, None))

    async def _bounded(self, job: Job, work: Coroutine[Any, Any, None]) -> None:
        place = self._places.setdefault(_place(job), asyncio.Semaphore(_AT_ONCE_IN_PLACE))
        async with place, self._slots:
            with job_context(job.id):
                try:
                    await work
                except Exception:
                    # A mistake of ours about one job must not keep the others from their answers; it is told
                    # to the operator in full, and tried again.
                    log.exception("delivery_failed")
                    self._postpone(self._watched.get(job.id, _Watched()), None)

    async def _deliver(self, job: Job, watched: _Watched) -> None:
        try:
            answer = await self._answer(job)
            if answer is not None:
                await self._post.deliver(job, answer)
        except Unreachable as gone:
            log.info("unreachable", reason=str(gone))
        except Later as later:
            self._postpone(watched, later.seconds)
            return
        except (DatabaseUnavailable, StoreUnavailable) as away:
            log.warning("not_delivered", reason=str(away))
            self._postpone(watched, None)
            return
        except (Cooldown, TooManyJobs, QueueFull) as full:
            # The second garment's turn comes with time.
            wait = None if full.retry_at is None else (full.retry_at - self._clock()).total_seconds()
            self._postpone(watched, wait)
            return
        try:
            first = await aside(self._desk.mark_delivered, job.id)
        except UnknownJob:
            return  # Its owner was forgotten meanwhile.
        except DatabaseUnavailable as away:
            # Delivered once more then, onto the same message.
            log.warning("unmarked", reason=str(away))
            self._postpone(watched, None)
            return
        log.info("delivered", state=job.state, first=first)

    async def _answer(self, job: Job) -> Answer | None:
        """`None`: this job was a part, and its message goes on with the next."""
        if has_second(job) and job.result_key is not None:
            try:
                await self._asking.put_on_second(job)
            except (Cooldown, TooManyJobs, QueueFull):
                raise
            except (Refused, PictureMissing, PictureDamaged, PictureTooLarge) as error:
                return replace(await self._own_answer(job), missing=error.code)
            return None
        answer = await self._own_answer(job)
        if answer.picture is None and (first := first_of(job)) is not None:
            return await self._answer_of_first(first, answer)
        return answer

    async def _answer_of_first(self, first: int, second: Answer) -> Answer:
        """Half an outfit is better than none."""
        if second.job.state is JobState.CANCELLED:
            return second
        try:
            answer = await self._own_answer(await aside(self._desk.job, first))
        except UnknownJob:
            return second
        return second if answer.picture is None else replace(answer, missing=second.code or PictureGone.code)

    async def _own_answer(self, job: Job) -> Answer:
        if job.result_key is None:
            succeeded = job.state is JobState.SUCCEEDED
            return Answer(job, code=job.error_code or (PictureGone.code if succeeded else None))
        try:
            return Answer(job, await aside(self._picture, job, job.result_key))
        except PictureMissing:
            return Answer(job, code=PictureGone.code)
        except (PictureDamaged, PictureTooLarge) as error:
            return Answer(job, code=error.code)

    def _picture(self, job: Job, key: str) -> bytes:
        return self._store.get(self._desk.account(job.asker.person), key)

    async def _show(self, job: Job, watched: _Watched) -> None:
        try:
            news = await self._news(job, watched)
            if news == watched.shown:
                return
            await self._post.show(job, news)
        except (Unreachable, UnknownJob):
            # It may be reached later, by its answer; until then there is nothing to show.
            watched.blind = True
            return
        except Later as later:
            self._postpone(watched, later.seconds)
            return
        except DatabaseUnavailable as away:
            log.warning("not_shown", reason=str(away))
            return
        watched.shown = news
        watched.next_edit = time.monotonic() + self._post.edit_seconds(job)

    async def _news(self, job: Job, watched: _Watched) -> News:
        if job.cancel_requested:
            return News(running=True, cancelling=True)
        if job.state is JobState.RUNNING:
            heard = watched.heard
            step = max(job.step, heard.step if heard else 0)
            preview = heard.preview if heard else None
            return News(running=True, step=step, steps=job.request.steps, preview=preview)
        watched.heard = None
        now = time.monotonic()
        if now >= watched.next_place:
            estimate = await aside(self._desk.estimate, job.id)
            ready_at = _rounded(self._clock(), estimate.seconds)
            if watched.shown is None or _tells_more(watched.place, (estimate.position, ready_at)):
                watched.place = (estimate.position, ready_at)
            watched.next_place = now + PLACE_SECONDS
        position, ready_at = watched.place
        return News(running=False, position=position, ready_at=ready_at)

    def _postpone(self, watched: _Watched, seconds: float | None) -> None:
        pause = min(FIRST_PAUSE * 2.0**watched.failures, LONGEST_PAUSE)
        watched.failures += 1
        watched.again_at = time.monotonic() + (pause if seconds is None else max(seconds, 0.1))

    async def _wait(self) -> None:
        # Not `wait_for`: before Python 3.12 it swallows a cancellation that comes as the wait ends.
        try:
            async with asyncio.timeout(ROUND_SECONDS):
                await self._awake.wait()
        except TimeoutError:
            return
        # Events come in bursts: one round for all of a moment.
        await asyncio.sleep(BURST_SECONDS)


def _place(job: Job) -> _Place:
    """Where its message stands, as far as the platform tells places of a community apart."""
    return job.asker.community, job.request.address.get("channel")


def _may_have_news(job: Job, watched: _Watched, now: float) -> bool:
    """Without asking anybody: a round looks at every job, and most have none."""
    if watched.blind or now < max(watched.again_at, watched.next_edit):
        return False
    shown = watched.shown
    if job.state is JobState.QUEUED and shown is not None and not shown.running and not job.cancel_requested:
        return now >= watched.next_place
    return True


def _rounded(now: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else (now + timedelta(seconds=seconds)).replace(microsecond=0)


def _tells_more(before: tuple[int, datetime | None], now: tuple[int, datetime | None]) -> bool:
    """Whether a place differs enough to edit a message: another position, or ten seconds and more."""
    if before[0] != now[0] or before[1] is None or now[1] is None:
        return before != now
    return abs(now[1] - before[1]) >= timedelta(seconds=10)
