"""The desk: the one door through which front ends ask for pictures and workers take up jobs.

Every method is one transaction (`sweep` one for each job) and may be called from any thread. Times are
aware and in UTC. All errors are of `tasks.errors`; any method may raise `DatabaseUnavailable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, Engine

from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.db.engine import open_engine, reading, writing
from tasks.errors import UnknownJob
from tasks.jobs import cancel, delivery, listing, outbox, queue, submit, sweep, view, work
from tasks.jobs.estimate import estimate
from tasks.jobs.figures import figures
from tasks.keepsakes.needed import needed_keys
from tasks.moderation import audit, banned, bans, blocks, changes, gifts, places, removal, roles, undo
from tasks.moderation.audit import Act
from tasks.people.enrol import (
    enrol_account,
    enrol_community,
    enrol_member,
    find_account,
    find_community,
    payer_of,
)
from tasks.privacy import consent, forget, known
from tasks.quota.report import quota_of
from tasks.quota.situation import look_up
from tasks.records import (
    Asker,
    AuditRow,
    Claim,
    CommunityChanges,
    Estimate,
    Figures,
    Fingerprint,
    Forgotten,
    Heartbeat,
    Job,
    JobState,
    OutboxRow,
    Person,
    Place,
    Quota,
    Request,
    Scalar,
    Submitted,
    Swept,
)
from tasks.reports import Ban, BlockedPicture, Community, KnownPerson, QueueStatus

_ONE_QUEUE = "queue:1"


class Desk:
    """`actor` is the moderator who acts, or `None` for the operator; whether they may is the front end's
    to check, since only it knows their rights on the platform."""

    def __init__(self, engine: Engine, settings: Settings, clock: Clock = system_clock) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock

    @classmethod
    def open(cls, settings: Settings, clock: Clock = system_clock) -> Desk:
        """A desk at the database that the settings name; its schema must be there already."""
        url = settings.database_url.get_secret_value()
        return cls(open_engine(url, busy_seconds=settings.database_busy_seconds), settings, clock)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # Members

    def account(self, person: Person) -> int:
        """The account that a person's pictures are put under; somebody who was never seen is entered."""
        with self._reading() as connection:
            if (account_id := find_account(connection, person)) is not None:
                return account_id
        with self._writing() as connection:
            return enrol_account(connection, person, self._settings, self._clock())

    def submit(self, asker: Asker, request: Request) -> Submitted:
        """Ask for a picture. The same `request_id` again is the same job.

        The pictures are in the store already, put there shortly before. Raises a `Refused` of the first gate
        that is shut; `UnknownJob` for a parent, `NotOwner` for a picture, that is not the member's.
        """
        with self._writing() as connection:
            return submit.submit(connection, asker, request, self._settings, self._clock)

    def cancel(self, job_id: int, person: Person) -> Job:
        """Cancel one's own job. A queued one has then ended; a running one is asked to stop. Both are free.

        Raises `UnknownJob`, `NotOwner`, `WrongState`.
        """
        with self._writing() as connection:
            cancel.cancel_own(connection, job_id, person, self._settings, self._clock())
            return view.find_job(connection, job_id)

    def job(self, job_id: int) -> Job:
        """A job as it stands. Raises `UnknownJob`."""
        with self._reading() as connection:
            return view.find_job(connection, job_id)

    def estimate(self, job_id: int) -> Estimate:
        """Position and time to wait. Raises `UnknownJob`."""
        with self._reading() as connection:
            return estimate(connection, job_id, self._clock())

    def history(self, person: Person, limit: int = 20, before_id: int | None = None) -> Sequence[Job]:
        """A person's jobs, newest first."""
        with self._reading() as connection:
            return delivery.history(connection, person, limit, before_id)

    def quota(self, asker: Asker) -> Quota:
        """What a member has left. A member who was never seen is entered, with everything left."""
        with self._reading() as connection:
            if (quota := quota_of(connection, asker, self._settings, self._clock)) is not None:
                return quota
        with self._writing() as connection:
            enrol_member(connection, asker, self._settings, self._clock())
            quota = quota_of(connection, asker, self._settings, self._clock)
            assert quota is not None
            return quota

    def give_consent(self, person: Person) -> None:
        """The person agrees to the version of the terms that is in force."""
        with self._writing() as connection:
            consent.give_consent(connection, person, self._settings, self._clock())

    def revoke_consent(self, person: Person) -> int:
        """Take consent back; queued jobs are cancelled, and their number returned."""
        with self._writing() as connection:
            return consent.revoke_consent(connection, person, self._settings, self._clock())

    def forget(self, person: Person) -> Forgotten:
        """Forget a person everywhere. The caller must then delete the keys from the store.

        Raises `UnknownPerson`, `SettingMissing`.
        """
        with self._writing() as connection:
            return forget.forget(connection, person, self._settings, self._clock())

    # Workers

    def claim(self, worker: str) -> Claim | None:
        """The next job, if one may start. A worker asks again until there is none."""
        with self._writing() as connection:
            return queue.claim(connection, worker, self._settings, self._clock)

    def heartbeat(self, token: int, step: int) -> Heartbeat:
        """Keep the job, and say that `step` steps are done. Raises `StaleToken`: drop the job then."""
        with self._writing() as connection:
            return work.heartbeat(connection, token, step, self._settings, self._clock())

    def succeed(self, token: int, result_key: str) -> Job:
        """The picture is in the store; the job is paid for. Raises `StaleToken`, `NotOwner`."""
        return self._finish(
            lambda connection, now: work.succeed(connection, token, result_key, self._settings, now)
        )

    def fail(self, token: int, error_code: str) -> Job:
        """There will be no picture, or it was refused; the job is free. Raises `StaleToken`."""
        return self._finish(
            lambda connection, now: work.fail(connection, token, error_code, self._settings, now)
        )

    def cancelled(self, token: int) -> Job:
        """The worker stopped as it was asked to; the job is free. Raises `StaleToken`."""
        return self._finish(lambda connection, now: work.cancelled(connection, token, self._settings, now))

    def retry(self, token: int, error_code: str) -> Job:
        """This attempt failed by our fault: tried again, or, the last one, failed. Raises `StaleToken`."""
        return self._finish(
            lambda connection, now: work.retry(connection, token, error_code, self._settings, now)
        )

    def give_back(self, token: int) -> Job:
        """A worker that shuts down puts its job back; the attempt does not count. Raises `StaleToken`."""
        return self._finish(lambda connection, now: work.give_back(connection, token, self._settings, now))

    def startable(self) -> int:
        """Of how many members the next job may start now: as many bells can be of use."""
        with self._reading() as connection:
            return sweep.count_startable(connection)

    def sweep(self) -> Swept:
        """Put jobs of silent workers back in line, or fail them after their last attempt.

        Any number of processes may sweep at once.
        """
        with self._reading() as connection:
            late = sweep.expired(connection, self._clock())
        became: dict[JobState, list[int]] = {state: [] for state in JobState}
        for job_id in late:
            with self._writing() as connection:
                if state := self._sweep_job(connection, job_id):
                    became[state].append(job_id)
        return Swept(
            requeued=tuple(became[JobState.QUEUED]),
            failed=tuple(became[JobState.FAILED]),
            cancelled=tuple(became[JobState.CANCELLED]),
        )

    # Front ends and the dispatcher

    def undelivered(self, platform: str, limit: int = 100) -> Sequence[Job]:
        """Ended jobs whose answer is still owed; longest ago first."""
        with self._reading() as connection:
            return delivery.undelivered(connection, platform, limit)

    def unfinished(self, platform: str, limit: int = 100) -> Sequence[Job]:
        """Queued and running jobs, whose placeholders are kept up to date."""
        with self._reading() as connection:
            return delivery.unfinished(connection, platform, limit)

    def mark_delivered(self, job_id: int) -> bool:
        """The answer is there. Returns whether this call was the first to say so.

        Raises `UnknownJob`, and `WrongState` for a job that has not ended.
        """
        with self._writing() as connection:
            return delivery.mark_delivered(connection, job_id, self._clock())

    def set_address(self, job_id: int, address: Mapping[str, Scalar]) -> None:
        """Where the answer goes, once the placeholder is posted. Raises `UnknownJob`."""
        with self._writing() as connection:
            delivery.set_address(connection, job_id, address)

    def needed_keys(self, keys: Iterable[str]) -> set[str]:
        """Which of some hundreds of pictures something needs: a job that goes on, a result that is not too
        old, what somebody saved. Every other may be deleted, once there was time to ask for a job with it."""
        with self._reading() as connection:
            return needed_keys(connection, keys, self._settings, self._clock())

    def read_outbox(self, limit: int = 100) -> Sequence[OutboxRow]:
        """What is to be told, oldest first."""
        with self._reading() as connection:
            return outbox.read_outbox(connection, limit)

    def clear_outbox(self, ids: Iterable[int]) -> None:
        """These were told."""
        with self._writing() as connection:
            outbox.clear_outbox(connection, ids)

    def figures(self) -> Figures:
        """How the desk stands, for a monitor."""
        with self._reading() as connection:
            return figures(connection, self._settings, self._clock())

    # Moderators and the operator; each act returns the id of its audit row

    def configure(
        self, actor: Person | None, place: Place, settings: CommunityChanges, reason: str = ""
    ) -> int:
        """Change a community's settings. Raises `OptionInvalid`."""
        return self._change_community(actor, place, "configure", dict(settings), reason)

    def allow(self, actor: Person | None, place: Place, allowed: bool | None, reason: str = "") -> int:
        """Let a community in, keep it out, or (`None`) leave it to the operator's setting."""
        return self._change_community(actor, place, "allow", {"allowed": allowed}, reason)

    def pause(self, actor: Person | None, place: Place, reason: str = "") -> int:
        """No new jobs from a community, and none of its queued ones starts. What runs goes on."""
        return self._change_community(actor, place, "pause", {"paused": True}, reason)

    def resume(self, actor: Person | None, place: Place, reason: str = "") -> int:
        """End the community's pause."""
        return self._change_community(actor, place, "resume", {"paused": False}, reason)

    def pause_all(self, actor: Person | None, reason: str = "") -> int:
        """No job starts anywhere; new ones are accepted, and wait."""
        with self._writing() as connection:
            act = self._act(connection, actor, reason)
            return self._change(connection, act, "pause_all", _ONE_QUEUE, {"paused": True})

    def resume_all(self, actor: Person | None, reason: str = "") -> int:
        """Jobs start again."""
        with self._writing() as connection:
            act = self._act(connection, actor, reason)
            return self._change(connection, act, "resume_all", _ONE_QUEUE, {"paused": False})

    def set_member(
        self,
        actor: Person | None,
        member: Asker,
        *,
        member_limit: int | None,
        weight: int | None = None,
        reason: str = "",
    ) -> int:
        """A member's own limit and weight (a supporter's is above 1); `None`: as their roles say.

        Raises `OptionInvalid`.
        """
        with self._writing() as connection:
            member_id, act = self._about(connection, actor, member, reason)
            after = {"member_limit": member_limit, "weight": weight}
            return self._change(connection, act, "set_member", f"member:{member_id}", after)

    def set_role(
        self,
        actor: Person | None,
        place: Place,
        role: str,
        *,
        member_limit: int | None,
        weight: int | None = None,
        reason: str = "",
    ) -> int:
        """What members of a role may; the best of a member's roles holds. Raises `OptionInvalid`."""
        with self._writing() as connection:
            community_id = enrol_community(connection, place, self._clock())
            act = self._act(connection, actor, reason, community_id=community_id)
            role_id = roles.enrol_role(connection, community_id, role)
            after = {"member_limit": member_limit, "weight": weight}
            return self._change(connection, act, "set_role", f"role:{role_id}", after)

    def grant(
        self, actor: Person | None, member: Asker, pictures: int, request_id: str, reason: str = ""
    ) -> int:
        """Give pictures on top of any limit, kept until used. The same `request_id` again gives nothing more.

        Raises `OptionInvalid`.
        """
        with self._writing() as connection:
            member_id, act = self._about(connection, actor, member, reason)
            return gifts.grant(connection, act, member_id, pictures, f"{member.platform}:{request_id}")

    def reset(self, actor: Person | None, member: Asker, reason: str = "") -> int:
        """Forgive what a member used of their limit in this window; jobs that go on still count."""
        with self._writing() as connection:
            _, act = self._about(connection, actor, member, reason)
            situation = look_up(connection, member, self._settings, self._clock, lock=True)
            assert situation is not None
            return gifts.reset(connection, act, situation, member.roles)

    def ban(
        self,
        actor: Person | None,
        person: Person,
        place: Place | None,
        until: datetime | None = None,
        reason: str = "",
    ) -> int:
        """Ban a person in a community, or everywhere (`None`). Raises `WrongState`, `OptionInvalid`."""
        with self._writing() as connection:
            act = self._act_on(connection, actor, person, place, reason)
            return bans.ban(connection, act, until, self._settings)

    def unban(self, actor: Person | None, person: Person, place: Place | None, reason: str = "") -> int:
        """Lift such a ban. Raises `WrongState` if there is none."""
        with self._writing() as connection:
            act = self._act_on(connection, actor, person, place, reason)
            return bans.unban(connection, act, self._settings)

    def block_picture(
        self, actor: Person | None, picture: Fingerprint, place: Place | None, reason: str = ""
    ) -> int:
        """Block a picture and what looks like it, in a community or everywhere (`None`).

        Raises `WrongState` if the same file is blocked there already.
        """
        with self._writing() as connection:
            community_id = None if place is None else enrol_community(connection, place, self._clock())
            act = self._act(connection, actor, reason, community_id=community_id)
            return blocks.block(connection, act, picture, self._settings)

    def unblock_picture(self, actor: Person | None, block_id: int, reason: str = "") -> int:
        """Lift such a block, by its id in `blocked_pictures`. Raises `WrongState` if it does not hold."""
        with self._writing() as connection:
            community_id = blocks.community_of(connection, block_id)
            act = self._act(connection, actor, reason, community_id=community_id)
            return blocks.unblock(connection, act, block_id, self._settings)

    def remove_job(self, actor: Person | None, job_id: int, reason: str = "") -> str | None:
        """Cancel anybody's job, or take its picture back. Returns the store key to delete.

        Raises `UnknownJob`.
        """
        with self._writing() as connection:
            if (owner := removal.owner_of(connection, job_id)) is None:
                raise UnknownJob(f"no job {job_id}")
            account_id, community_id = owner
            act = self._act(connection, actor, reason, account_id, community_id)
            return removal.remove_job(connection, act, job_id, self._settings)

    def cancel_job(self, actor: Person | None, job_id: int, reason: str = "") -> int:
        """Cancel anybody's job that goes on; free. Raises `UnknownJob`, `WrongState`."""
        with self._writing() as connection:
            if (owner := removal.owner_of(connection, job_id)) is None:
                raise UnknownJob(f"no job {job_id}")
            return removal.cancel_job(
                connection, self._act(connection, actor, reason, *owner), job_id, self._settings
            )

    def undo(self, actor: Person | None, audit_id: int, reason: str = "") -> int:
        """Put back what an act changed, an undoing too. Raises `UnknownAudit`, `WrongState`."""
        with self._writing() as connection:
            return undo.undo(connection, self._act(connection, actor, reason), audit_id, self._settings)

    def audit(
        self,
        platform: str | None,
        place: Place | None = None,
        limit: int = 50,
        before_id: int | None = None,
        target: str | None = None,
    ) -> Sequence[AuditRow]:
        """Who did what, newest first; in one community or everywhere, to one target (`job:7`) or all.

        People by their names on `platform`, or by any (`None`).
        """
        with self._reading() as connection:
            community_id = None
            if place is not None and (community_id := find_community(connection, place)) is None:
                return ()
            return audit.read_audit(connection, platform, community_id, limit, before_id, target)

    # What they read

    def bans(
        self,
        place: Place | None = None,
        person: Person | None = None,
        *,
        only_in_force: bool = True,
        limit: int = 50,
        before_id: int | None = None,
    ) -> Sequence[Ban]:
        """Bans, newest first; of one community or person, or all."""
        with self._reading() as connection:
            now = self._clock()
            return banned.list_bans(
                connection, place, person, now, limit, before_id, only_in_force=only_in_force
            )

    def is_blocked(self, picture: Fingerprint, place: Place | None) -> bool:
        """Whether a picture, or one that looks like it, is blocked everywhere or in this community."""
        with self._reading() as connection:
            return blocks.is_blocked(connection, picture, place, self._settings)

    def blocked_pictures(
        self,
        place: Place | None = None,
        *,
        only_in_force: bool = True,
        limit: int = 50,
        before_id: int | None = None,
    ) -> Sequence[BlockedPicture]:
        """Blocked pictures, newest first; of one community, or all."""
        with self._reading() as connection:
            return blocks.list_blocks(connection, place, limit, before_id, only_in_force=only_in_force)

    def jobs(
        self,
        *,
        state: JobState | None = None,
        place: Place | None = None,
        person: Person | None = None,
        limit: int = 50,
        before_id: int | None = None,
    ) -> Sequence[Job]:
        """Anybody's jobs, newest first; each filter narrows."""
        with self._reading() as connection:
            return listing.list_jobs(connection, state, place, person, limit, before_id)

    def community(self, place: Place) -> Community | None:
        """A community's own settings; `None` if the desk has never seen it."""
        with self._reading() as connection:
            return places.find_settings(connection, place)

    def person(self, person: Person) -> KnownPerson:
        """What is kept about a person. Raises `UnknownPerson`."""
        with self._reading() as connection:
            return known.known(connection, person)

    def queue(self) -> QueueStatus:
        """How many jobs wait and run, and what is paused."""
        with self._reading() as connection:
            return listing.queue_status(connection)

    # Inside

    def _reading(self) -> AbstractContextManager[Connection]:
        return reading(self._engine)

    def _writing(self) -> AbstractContextManager[Connection]:
        return writing(self._engine)

    def _finish(self, finish: Callable[[Connection, datetime], int]) -> Job:
        with self._writing() as connection:
            return view.find_job(connection, finish(connection, self._clock()))

    def _sweep_job(self, connection: Connection, job_id: int) -> JobState | None:
        try:
            return sweep.sweep_job(connection, job_id, self._settings, self._clock())
        except UnknownJob:
            return None  # Its owner was forgotten meanwhile.

    def _act(
        self,
        connection: Connection,
        actor: Person | None,
        reason: str,
        subject_id: int | None = None,
        community_id: int | None = None,
    ) -> Act:
        now = self._clock()
        actor_id = None if actor is None else enrol_account(connection, actor, self._settings, now)
        return Act(actor_id, reason, now, subject_id, community_id)

    def _act_on(
        self, connection: Connection, actor: Person | None, person: Person, place: Place | None, reason: str
    ) -> Act:
        now = self._clock()
        community_id = None if place is None else enrol_community(connection, place, now)
        subject_id = enrol_account(connection, person, self._settings, now)
        return self._act(connection, actor, reason, subject_id, community_id)

    def _about(
        self, connection: Connection, actor: Person | None, member: Asker, reason: str
    ) -> tuple[int, Act]:
        """The member's row, and an act about them."""
        member_id = enrol_member(connection, member, self._settings, self._clock())
        payer = payer_of(connection, member_id)
        return member_id, self._act(connection, actor, reason, payer.account_id, payer.community_id)

    def _change(
        self, connection: Connection, act: Act, action: str, target: str, after: Mapping[str, object]
    ) -> int:
        return changes.change(connection, act, action, target, after, self._settings)

    def _change_community(
        self, actor: Person | None, place: Place, action: str, after: Mapping[str, object], reason: str
    ) -> int:
        with self._writing() as connection:
            community_id = enrol_community(connection, place, self._clock())
            act = self._act(connection, actor, reason, community_id=community_id)
            return self._change(connection, act, action, f"community:{community_id}", after)
