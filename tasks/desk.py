"""The desk: the one door through which front ends ask for pictures and workers take up jobs.

Every method is one transaction (`sweep` one for each job) and may be called from any thread. Times are
aware and in UTC. All errors are of `tasks.errors`; any method may raise `DatabaseUnavailable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from tasks.doors.complaints import ComplaintsDoor
from tasks.doors.inbox import InboxDoor
from tasks.doors.keepers import KeepersDoor
from tasks.doors.onlookers import OnlookersDoor
from tasks.doors.owing import OwingDoor
from tasks.errors import UnknownJob
from tasks.jobs import cancel, crew, delivery, outbox, queue, submit, sweep, view, work
from tasks.jobs.estimate import estimate
from tasks.people.enrol import enrol_member
from tasks.privacy import consent
from tasks.quota.report import quota_of
from tasks.records import (
    Asker,
    Claim,
    Estimate,
    Heartbeat,
    Job,
    JobState,
    OutboxRow,
    Person,
    Quota,
    Request,
    Scalar,
    Submitted,
    Swept,
    WorkerReport,
)


class Desk(KeepersDoor, ComplaintsDoor, InboxDoor, OnlookersDoor, OwingDoor):
    """The whole door. Here: members, workers, front ends and the dispatcher. What is kept of people and for
    them is `KeepersDoor`, what moderators do is `ModeratorsDoor` and `ComplaintsDoor`, what they and monitors
    see is `OnlookersDoor`, what platforms told is `InboxDoor`, what front ends owe besides answers is
    `OwingDoor`."""

    # Members

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
            return estimate(connection, job_id, self._settings, self._clock())

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

    def give_consent(self, person: Person, *, keep_inputs: bool = False) -> None:
        """The person agrees to the version of the terms that is in force, and chooses whether their photos
        stay for a while after a picture, for another go."""
        with self._writing() as connection:
            consent.give_consent(connection, person, self._settings, self._clock(), keep_inputs=keep_inputs)

    def has_consented(self, person: Person, version: str) -> bool:
        """Whether the person agreed to this version of the terms, and did not take it back."""
        with self._reading() as connection:
            return consent.has_consented(connection, person, version)

    def choose_inputs(self, person: Person, *, keep: bool) -> None:
        """The same choice, made anew. Raises `UnknownPerson`."""
        with self._writing() as connection:
            consent.choose_inputs(connection, person, keep=keep)

    def revoke_consent(self, person: Person) -> int:
        """Take consent back, and the choice to keep photos; queued jobs are cancelled, and their number
        returned."""
        with self._writing() as connection:
            return consent.revoke_consent(connection, person, self._settings, self._clock())

    # Workers

    def claim(self, worker: str) -> Claim | None:
        """The next job, if one may start. A worker asks again until there is none."""
        with self._writing() as connection:
            return queue.claim(connection, worker, self._settings, self._clock)

    def report_worker(self, said: WorkerReport) -> None:
        """The worker is there; said every few seconds, for those who look after it."""
        with self._writing() as connection:
            crew.report(connection, said, self._clock())

    def worker_left(self, name: str) -> None:
        """It works no longer."""
        with self._writing() as connection:
            crew.left(connection, name)

    def heartbeat(self, token: int, step: int) -> Heartbeat:
        """Keep the job, and say that `step` steps are done. Raises `StaleToken`: drop the job then."""
        with self._writing() as connection:
            return work.heartbeat(connection, token, step, self._settings, self._clock())

    def succeed(self, token: int, result_key: str, pictures: Mapping[str, str] | None = None) -> Job:
        """The picture is in the store; the job is paid for, unless it only looked. `pictures`: keys of what
        else is kept of its making, by name. Raises `StaleToken`, `NotOwner`."""
        return self._finish(
            lambda connection, now: work.succeed(
                connection, token, result_key, pictures or {}, self._settings, now
            )
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

    def read_outbox(self, limit: int = 100) -> Sequence[OutboxRow]:
        """What is to be told, oldest first."""
        with self._reading() as connection:
            return outbox.read_outbox(connection, limit)

    def clear_outbox(self, ids: Iterable[int]) -> None:
        """These were told."""
        with self._writing() as connection:
            outbox.clear_outbox(connection, ids)

    # Inside

    def _finish(self, finish: Callable[[Connection, datetime], int]) -> Job:
        with self._writing() as connection:
            return view.find_job(connection, finish(connection, self._clock()))

    def _sweep_job(self, connection: Connection, job_id: int) -> JobState | None:
        try:
            return sweep.sweep_job(connection, job_id, self._settings, self._clock())
        except UnknownJob:
            return None  # Its owner was forgotten meanwhile.
