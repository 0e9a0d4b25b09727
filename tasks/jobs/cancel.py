"""Cancelling a job: by its owner, or by those above them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, select, update

from config.settings import Settings
from tasks.db.people import identities, members
from tasks.db.work import IS_QUEUED, jobs
from tasks.errors import NotOwner, UnknownJob, WrongState
from tasks.jobs.outbox import ring
from tasks.jobs.states import ENDED
from tasks.jobs.work import end
from tasks.people.turns import lock_member
from tasks.records import Bell, JobState, Person


def cancel_own(
    connection: Connection, job_id: int, person: Person, settings: Settings, now: datetime
) -> None:
    """Cancel as the job's owner. Raises `UnknownJob`, `NotOwner`, `WrongState`."""
    owner = (
        select(identities.c.account_id)
        .join(members, members.c.account_id == identities.c.account_id)
        .join(jobs, jobs.c.member_id == members.c.id)
        .where(
            jobs.c.id == job_id,
            identities.c.platform == person.platform,
            identities.c.user_ref == person.user,
        )
    )
    job = locked_job(connection, job_id)
    if connection.execute(owner).one_or_none() is None:
        raise NotOwner(f"job {job_id} is somebody else's")
    cancel(connection, job, settings, now)


def cancel(connection: Connection, job: RowMapping, settings: Settings, now: datetime) -> None:
    """A queued job ends; a running one is flagged, and its worker hears so at its next step.

    Neither costs anything. A picture that is finished before the flag is seen is delivered, and costs.
    """
    state = JobState(job["state"])
    if state in ENDED:
        raise WrongState(f"job {job['id']} is {state}")
    if state is JobState.QUEUED:
        end(connection, job, JobState.CANCELLED, settings, now)
    elif job["cancel_requested_at"] is None:
        connection.execute(update(jobs).where(jobs.c.id == job["id"]).values(cancel_requested_at=now))
        ring(connection, Bell.CANCELLING, job["id"], now)


def cancel_queued(
    connection: Connection, which: ColumnElement[bool], settings: Settings, now: datetime
) -> int:
    """Cancel all queued jobs of some members, locking these in the order of their ids. Returns how many."""
    waiting = (
        select(jobs.c.id)
        .join(members, members.c.id == jobs.c.member_id)
        .where(which, IS_QUEUED)
        .order_by(members.c.id, jobs.c.id)
    )
    ended = 0
    for job_id in connection.execute(waiting).scalars().all():
        job = locked_job(connection, job_id)
        if job["state"] == JobState.QUEUED:
            end(connection, job, JobState.CANCELLED, settings, now)
            ended += 1
    return ended


def locked_job(connection: Connection, job_id: int) -> RowMapping:
    """The job's row, under its member's lock. Raises `UnknownJob`."""
    member_id = connection.execute(select(jobs.c.member_id).where(jobs.c.id == job_id)).scalar_one_or_none()
    if member_id is not None:
        lock_member(connection, member_id)
        row = connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().one_or_none()
        if row is not None:
            return row
    raise UnknownJob(f"no job {job_id}")
