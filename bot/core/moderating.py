"""Who may act on whom. The platform says what somebody is; the rules are the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.crossing import aside
from bot.core.errors import NotAbove, NotModerator
from tasks.desk import Desk
from tasks.records import Person
from tasks.store.store import Store


@dataclass(frozen=True)
class Standing:
    """What somebody is in a community. `rank`: higher is above; `owner`: above everybody.

    `moderator`: the platform's right to manage the community, or a role that was named for it.
    """

    user: str
    rank: int
    moderator: bool
    owner: bool = False


def check_moderator(actor: Standing) -> None:
    """Raises `NotModerator`."""
    if not (actor.moderator or actor.owner):
        raise NotModerator("a moderator's right is needed")


def check_above(actor: Standing, target: Standing) -> None:
    """Whether `actor` may act on `target`: a moderator, and above them. The owner may act on everybody,
    themselves too; nobody else acts on themselves. Raises `NotModerator`, `NotAbove`."""
    check_moderator(actor)
    if actor.owner:
        return
    if target.owner or actor.user == target.user or actor.rank <= target.rank:
        raise NotAbove("the member's rank is not below the moderator's")


class Moderating:
    """What moderators do, from the event loop. Whether they may was checked before."""

    def __init__(self, desk: Desk, store: Store) -> None:
        self._desk = desk
        self._store = store

    async def cancel_job(self, actor: Person, job_id: int, reason: str = "") -> int:
        """Stop a job; free. Returns the audit's number. Raises `UnknownJob`, `WrongState`."""
        return await aside(self._desk.cancel_job, actor, job_id, reason)

    async def remove_job(self, actor: Person, job_id: int, reason: str = "") -> None:
        """Stop a job, or take its picture away from everybody, out of the store too. Raises `UnknownJob`."""
        await aside(self._remove_job, actor, job_id, reason)

    def _remove_job(self, actor: Person, job_id: int, reason: str) -> None:
        job = self._desk.job(job_id)
        if (key := self._desk.remove_job(actor, job_id, reason)) is not None:
            for one in (key, *job.pictures.values()):
                self._store.delete(one)
