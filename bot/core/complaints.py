"""Reports of pictures, what moderators decide, and appeals. Whether a moderator may was checked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.core.crossing import aside
from bot.core.tongue import Tongue
from tasks.desk import Desk
from tasks.errors import UnknownPerson
from tasks.records import Job, Person, Place
from tasks.reports import Appeal, Filed, ReportedJob
from tasks.store.store import Store


class Verdict(StrEnum):
    """What moderators decided, as a picture's owner is told."""

    REMOVED = "removed"
    UPHELD = "upheld"
    GRANTED = "granted"
    # Granted, and a ban lifted that came with it.
    LIFTED = "lifted"


@dataclass(frozen=True)
class Notice:
    """What the owner of `job` is to be told. `may_appeal`: whether they are shown how to object."""

    job: Job
    verdict: Verdict
    may_appeal: bool = False


class Herald(Protocol):
    """A platform's way to tell a member something that they did not ask for."""

    async def tell(self, notice: Notice) -> bool:
        """Whether it reached them; whatever stands in the way is logged, and nothing more."""


@dataclass(frozen=True)
class Docket:
    """What waits for the moderators of a community, longest first."""

    reported: Sequence[ReportedJob]
    appeals: Sequence[Appeal]


class Complaints:
    """What front ends call, from the event loop."""

    def __init__(self, desk: Desk, store: Store, herald: Herald) -> None:
        self._desk = desk
        self._store = store
        self._herald = herald

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
        await self.tell_removed(job)
        return job

    async def dismiss_reports(self, actor: Person, job_id: int, reason: str = "") -> Job:
        """Leave the picture as it is. Raises as `remove_reported`."""
        return await aside(self._decide_reports, actor, job_id, False, reason)

    async def tell_removed(self, job: Job) -> None:
        """Tell the owner that a moderator removed their picture, and how to object."""
        may = await self.may_appeal(job.asker.person, job.id)
        await self._herald.tell(Notice(job, Verdict.REMOVED, may_appeal=may))

    async def may_appeal(self, person: Person, job_id: int) -> bool:
        """Whether a moderator removed this picture of theirs, and they have not objected yet."""
        return await aside(self._may_appeal, person, job_id)

    async def appeal(self, person: Person, job_id: int, text: str) -> Job:
        """Object, once. Raises `UnknownJob`, `NotToAppeal`, `OptionInvalid`."""
        return await aside(self._appeal, person, job_id, text.strip())

    async def appealed_job(self, appeal_id: int) -> Job:
        """What an appeal is about: whose it is says who may decide. Raises `WrongState`, `UnknownJob`."""
        return await aside(self._appealed_job, appeal_id)

    async def decide_appeal(
        self, actor: Person, appeal_id: int, *, granted: bool, lift_ban: bool = False, reason: str = ""
    ) -> int:
        """Leave it removed, or grant: one picture back, and with `lift_ban` a ban of this community lifted.
        The member is told. Returns the act's number. Raises `WrongState`, `UnknownJob`."""
        job = await self.appealed_job(appeal_id)
        act = await aside(
            self._desk.decide_appeal, actor, appeal_id, granted=granted, lift_ban=lift_ban, reason=reason
        )
        verdict = Verdict.UPHELD if not granted else Verdict.LIFTED if lift_ban else Verdict.GRANTED
        await self._herald.tell(Notice(job, verdict))
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

    def _may_appeal(self, person: Person, job_id: int) -> bool:
        try:
            return self._desk.may_appeal(person, job_id)
        except UnknownPerson:
            return False

    def _appeal(self, person: Person, job_id: int, text: str) -> Job:
        self._desk.appeal(person, job_id, text)
        return self._desk.job(job_id)

    def _appealed_job(self, appeal_id: int) -> Job:
        return self._desk.job(self._desk.appealed_job(appeal_id))


def notice_text(tongue: Tongue, notice: Notice) -> str:
    """What the owner reads."""
    number = notice.job.id
    match notice.verdict:
        case Verdict.REMOVED:
            text = tongue.say("Moderators have removed your picture number {number}.", number=number)
            if notice.may_appeal:
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
