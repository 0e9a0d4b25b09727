"""Tells owners of pictures what moderators decided, though they did not ask.

What is owed is read from the database, as answers are; the next process tells what this one could not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.crossing import aside
from bot.core.post import Later, Unreachable
from bot.core.tongue import Tongue
from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable
from tasks.logs import get_logger
from tasks.records import Job, Person
from tasks.reports import OwedNotice, Verdict

log = get_logger()

ROUND_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 3600.0


@dataclass(frozen=True)
class Notice:
    """What the owner of `job` is to be told. `may_appeal`: whether they are shown how to object."""

    id: int
    job: Job
    verdict: Verdict
    may_appeal: bool = False


class Herald(Protocol):
    """A platform's way to tell a member something that they did not ask for."""

    async def tell(self, notice: Notice) -> None:
        """Returns when the platform has confirmed it. Told twice by two processes, it should come once, as
        far as the platform can do that. Raises `Later`, `Unreachable`."""


@dataclass
class _Pause:
    failures: int = 0
    until: float = 0.0


class Notices:
    """One for each platform."""

    def __init__(self, desk: Desk, platform: str, herald: Herald) -> None:
        self._desk = desk
        self._platform = platform
        self._herald = herald
        self._pauses: dict[int, _Pause] = {}
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """There is something to tell: do not wait for the next round's time."""
        self._awake.set()

    async def run(self) -> None:
        """Rounds without end."""
        while True:
            self._awake.clear()
            try:
                await self.round()
            except DatabaseUnavailable as away:
                log.warning("notices_failed", reason=str(away))
            try:
                await asyncio.wait_for(self._awake.wait(), ROUND_SECONDS)
            except TimeoutError:
                continue

    async def round(self) -> None:
        """Everything that is owed now was tried. Raises `DatabaseUnavailable`."""
        owed = await aside(self._desk.owed_notices, self._platform)
        self._pauses = {one.id: self._pauses.get(one.id, _Pause()) for one in owed}
        for one in owed:
            if self._pauses[one.id].until <= time.monotonic():
                await self._tell(one, self._pauses[one.id])

    async def _tell(self, owed: OwedNotice, pause: _Pause) -> None:
        may = await aside(_may_appeal, self._desk, owed)
        try:
            await self._herald.tell(Notice(owed.id, owed.job, owed.verdict, may_appeal=may))
        except Unreachable as gone:
            # They see it under /history, too, and may object there.
            log.info("notice_unreachable", job=owed.job.id, reason=str(gone))
        except Later as later:
            wait = min(FIRST_PAUSE * 2.0**pause.failures, LONGEST_PAUSE)
            pause.failures += 1
            pause.until = time.monotonic() + (wait if later.seconds is None else later.seconds)
            return
        await aside(self._desk.settle_notice, owed.id)


class Letters:
    """The same for people who cannot be written to, and read what is owed to them when they come."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def unread(self, person: Person) -> Sequence[Notice]:
        """What the person has not read yet, the oldest first."""
        return await aside(self._unread, person)

    async def read(self, person: Person, ids: Collection[int]) -> None:
        """The person has read these; what is not owed to them is left alone."""
        await aside(self._read, person, ids)

    def _unread(self, person: Person) -> list[Notice]:
        owed = self._desk.notices_owed_to(person)
        return [Notice(one.id, one.job, one.verdict, _may_appeal(self._desk, one)) for one in owed]

    def _read(self, person: Person, ids: Collection[int]) -> None:
        for one in self._desk.notices_owed_to(person):
            if one.id in ids:
                self._desk.settle_notice(one.id)


def _may_appeal(desk: Desk, owed: OwedNotice) -> bool:
    return owed.verdict is Verdict.REMOVED and desk.may_appeal(owed.job.asker.person, owed.job.id)


def notice_text(tongue: Tongue, verdict: Verdict, number: int, *, may_appeal: bool = False) -> str:
    """What the owner of picture `number` reads."""
    match verdict:
        case Verdict.REMOVED:
            text = tongue.say("Moderators have removed your picture number {number}.", number=number)
            if may_appeal:
                text += "\n" + tongue.say("If you think that is a mistake, you can object once.")
            return text
        case Verdict.UPHELD:
            return tongue.say(
                "Moderators have read what you said about your picture number {number}. It stays removed.",
                number=number,
            )
        case Verdict.GRANTED:
            return tongue.say(
                "Moderators agree with you about your picture number {number}: you get one picture back.",
                number=number,
            )
        case Verdict.LIFTED:
            return tongue.say(
                "Moderators agree with you about your picture number {number}: you get one picture back, and"
                " may use the bot there again.",
                number=number,
            )
