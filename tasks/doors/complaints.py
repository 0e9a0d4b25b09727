"""Pictures that somebody reports, and appeals against their removal."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from tasks.doors.moderators import ModeratorsDoor
from tasks.errors import NotToAppeal, UnknownJob, UnknownPerson
from tasks.moderation import appeals, complaints
from tasks.moderation.removal import owner_of
from tasks.people.enrol import enrol_account, find_account, find_community, known_account
from tasks.records import Person, Place
from tasks.reports import Appeal, Filed, Removal, ReportedJob


class ComplaintsDoor(ModeratorsDoor):
    """Decisions are acts of moderators: each is written into the audit."""

    def report(self, reporter: Person, job_id: int, reason: str) -> Filed:
        """Report a picture, with 1 to 300 characters of why; while one is open, once more is the same.

        Raises `UnknownJob`, `WrongState` where there is no picture, `OwnPicture`, `TooManyReports`,
        `OptionInvalid`.
        """
        with self._writing() as connection:
            reporter_id = enrol_account(connection, reporter, self._settings, self._clock())
            return complaints.report(connection, reporter_id, job_id, reason, self._clock())

    def reported_jobs(self, place: Place | None, limit: int = 50) -> Sequence[ReportedJob]:
        """A community's pictures with open reports, or everywhere's (`None`); those that wait longest
        first."""
        with self._reading() as connection:
            community_id = None
            if place is not None and (community_id := find_community(connection, place)) is None:
                return ()
            return complaints.reported_jobs(connection, community_id, limit)

    def decide_reports(
        self, actor: Person | None, job_id: int, *, remove: bool, reason: str = ""
    ) -> tuple[int, str | None]:
        """Take a reported picture away, or leave it. Returns the act's number, and the store key to delete.

        Raises `UnknownJob`, `WrongState` where no report is open (any more).
        """
        with self._writing() as connection:
            act = self._act(connection, actor, reason, *self._owner(connection, job_id))
            return complaints.decide(connection, act, job_id, self._settings, remove=remove)

    def check_appeal(self, person: Person, job_id: int) -> None:
        """Raises `NotToAppeal` unless a moderator removed this picture of theirs; `AppealStands` or
        `AppealDecided`, which are such, if they have appealed before; `UnknownPerson`."""
        with self._reading() as connection:
            appeals.check_appeal(connection, known_account(connection, person), job_id)

    def may_appeal(self, person: Person, job_id: int) -> bool:
        """Whether `check_appeal` raises nothing."""
        try:
            self.check_appeal(person, job_id)
        except (NotToAppeal, UnknownPerson):
            return False
        return True

    def appeal(self, person: Person, job_id: int, text: str) -> int:
        """Say why it should not have been removed, in 1 to 300 characters; once. The appeal's number.

        Raises `UnknownPerson`, `UnknownJob`, `OptionInvalid`, and what `check_appeal` does.
        """
        with self._writing() as connection:
            account_id = known_account(connection, person)
            return appeals.appeal(connection, account_id, job_id, text, self._clock())

    def removals(self, person: Person, limit: int = 20) -> Sequence[Removal]:
        """Of a person's newest removed pictures, those that somebody else removed; nothing for somebody who
        was never seen."""
        with self._reading() as connection:
            if (account_id := find_account(connection, person)) is None:
                return ()
            return appeals.removals(connection, account_id, limit)

    def open_appeals(self, place: Place | None, limit: int = 50) -> Sequence[Appeal]:
        """A community's appeals that wait, or everywhere's (`None`); the oldest first."""
        with self._reading() as connection:
            community_id = None
            if place is not None and (community_id := find_community(connection, place)) is None:
                return ()
            return appeals.open_appeals(connection, community_id, self._clock(), limit)

    def appealed_job(self, appeal_id: int) -> int:
        """Which job an appeal is about. Raises `WrongState` if it is there no more."""
        with self._reading() as connection:
            return int(appeals.find_appeal(connection, appeal_id)["job_id"])

    def decide_appeal(
        self,
        actor: Person | None,
        appeal_id: int,
        *,
        granted: bool,
        lift_ban: bool = False,
        reason: str = "",
    ) -> int:
        """Uphold a removal, or grant the appeal: the member gets one picture back, and with `lift_ban` a ban
        of this community is lifted. Returns the act's number. Raises `UnknownJob`, `WrongState`."""
        with self._writing() as connection:
            job_id = appeals.find_appeal(connection, appeal_id)["job_id"]
            act = self._act(connection, actor, reason, *self._owner(connection, job_id))
            return appeals.decide(
                connection, act, appeal_id, self._settings, granted=granted, lift_ban=lift_ban
            )

    @staticmethod
    def _owner(connection: Connection, job_id: int) -> tuple[int, int]:
        if (owner := owner_of(connection, job_id)) is None:
            raise UnknownJob(f"no job {job_id}")
        return owner
