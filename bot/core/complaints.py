"""Reports of pictures, what moderators decide, and appeals. Whether a moderator may was checked before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.crossing import aside
from tasks.desk import Desk
from tasks.records import Job, Person, Place
from tasks.reports import Appeal, Filed, Removal, ReportedJob
from tasks.store.store import Store


@dataclass(frozen=True)
class Docket:
    """What waits for the moderators of a community, longest first."""

    reported: Sequence[ReportedJob]
    appeals: Sequence[Appeal]


def _told_elsewhere() -> None:
    """Whichever process speaks the owner's platform finds by itself what is owed."""


class Complaints:
    """What front ends call, from the event loop. `owing` is called when a notice is owed by a decision."""

    def __init__(self, desk: Desk, store: Store, owing: Callable[[], None] = _told_elsewhere) -> None:
        self._desk = desk
        self._store = store
        self._owing = owing

    async def report(self, reporter: Person, job_id: int, reason: str) -> Filed:
        """Report a picture, whoever sees it. Raises `UnknownJob`, `WrongState`, `OwnPicture`,
        `TooManyReports`, `OptionInvalid`."""
        return await aside(self._desk.report, reporter, job_id, reason.strip())

    async def docket(self, place: Place, limit: int = 50) -> Docket:
        """What is to be decided in a community."""
        return await aside(self._docket, place, limit)

    async def remove_reported(self, actor: Person, job_id: int, reason: str = "") -> Job:
        """Take the picture away from everybody, out of the store too, and tell its owner. The act's number is
        in the record. Raises `UnknownJob`, `WrongState` where it was decided already."""
        job = await aside(self._decide_reports, actor, job_id, True, reason)
        self._owing()
        return job

    async def dismiss_reports(self, actor: Person, job_id: int, reason: str = "") -> Job:
        """Leave the picture as it is. Raises as `remove_reported`."""
        return await aside(self._decide_reports, actor, job_id, False, reason)

    async def may_appeal(self, person: Person, job_id: int) -> bool:
        """Whether a moderator removed this picture of theirs, and they have not objected yet."""
        return await aside(self._desk.may_appeal, person, job_id)

    async def removals(self, person: Person) -> Sequence[Removal]:
        """Their pictures that moderators removed, and what became of objections."""
        return await aside(self._desk.removals, person)

    async def check_appeal(self, person: Person, job_id: int) -> None:
        """Before they are asked for their words. Raises `NotToAppeal` or, more exactly, `AppealStands` and
        `AppealDecided`; `UnknownPerson`."""
        await aside(self._desk.check_appeal, person, job_id)

    async def appeal(self, person: Person, job_id: int, text: str) -> Job:
        """Object, once. Raises `UnknownJob`, `OptionInvalid`, and what `check_appeal` does."""
        return await aside(self._appeal, person, job_id, text.strip())

    async def appealed_job(self, appeal_id: int) -> Job:
        """What an appeal is about: whose it is says who may decide. Raises `WrongState`, `UnknownJob`."""
        return await aside(self._appealed_job, appeal_id)

    async def decide_appeal(
        self, actor: Person, appeal_id: int, *, granted: bool, lift_ban: bool = False, reason: str = ""
    ) -> int:
        """Leave it removed, or grant: one picture back, and with `lift_ban` a ban of this community lifted.
        The member is told. Returns the act's number. Raises `WrongState`, `UnknownJob`."""
        act = await aside(
            self._desk.decide_appeal, actor, appeal_id, granted=granted, lift_ban=lift_ban, reason=reason
        )
        self._owing()
        return act

    def _docket(self, place: Place, limit: int) -> Docket:
        return Docket(self._desk.reported_jobs(place, limit), self._desk.open_appeals(place, limit))

    def _decide_reports(self, actor: Person, job_id: int, remove: bool, reason: str) -> Job:
        job = self._desk.job(job_id)
        _, key = self._desk.decide_reports(actor, job_id, remove=remove, reason=reason)
        if key is not None:
            for one in (key, *job.pictures.values()):
                self._store.delete(one)
        return self._desk.job(job_id)

    def _appeal(self, person: Person, job_id: int, text: str) -> Job:
        self._desk.appeal(person, job_id, text)
        return self._desk.job(job_id)

    def _appealed_job(self, appeal_id: int) -> Job:
        return self._desk.job(self._desk.appealed_job(appeal_id))
