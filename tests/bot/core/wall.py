"""A platform for the delivery: all that was ever written on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.core.asking import Asking
from bot.core.delivery import Delivery
from bot.core.progress import Answer, News
from tasks.records import Job
from tasks.store.store import Store
from tests.bot.kit import photo
from tests.tasks.kit import ADA, BEN, Office


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Wall:
    """A platform: the text of each job's one message, and everything that was ever written."""

    platform: str = "discord"
    # Edits may follow at once.
    seconds: float = 0.0
    messages: dict[int, Answer | News] = field(default_factory=dict)
    written: list[tuple[int, Answer | News]] = field(default_factory=list)
    before: Callable[[Job], None] = lambda job: None
    after: Callable[[Job], None] = lambda job: None

    def edit_seconds(self, job: Job) -> float:
        return self.seconds

    async def show(self, job: Job, news: News) -> None:
        self.before(job)
        await asyncio.sleep(0)
        self._write(job, news)

    async def deliver(self, job: Job, answer: Answer) -> None:
        self.before(job)
        await asyncio.sleep(0)
        self._write(job, answer)
        self.after(job)

    def _write(self, job: Job, what: Answer | News) -> None:
        self.messages[job.id] = what
        self.written.append((job.id, what))

    def answers(self) -> list[Answer]:
        return [what for what in self.messages.values() if isinstance(what, Answer)]


def ask(office: Office, store: Store) -> Job:
    """With photos that are there."""
    office.welcome(ADA, BEN)
    owner = office.desk.account(ADA.person)
    source, reference = store.put(owner, photo("teal")), store.put(owner, photo("gold"))
    return office.submit(ADA, source_key=source, reference_key=reference)


def bringer(office: Office, store: Store, wall: Wall) -> Delivery:
    return Delivery(office.desk, store, Asking(office.desk, store, office.settings), wall, office.clock)
