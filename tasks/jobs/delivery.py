"""What a front end still owes its members, and what they had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from tasks.db.people import members
from tasks.db.work import jobs
from tasks.errors import UnknownJob, WrongState
from tasks.jobs.view import SELECT_JOBS, find_jobs
from tasks.people.enrol import find_account
from tasks.records import Job, Person, Scalar


def undelivered(connection: Connection, platform: str, limit: int) -> Sequence[Job]:
    """Ended jobs of a platform that nobody was told about; longest ago first."""
    waiting = SELECT_JOBS.where(
        jobs.c.platform == platform, jobs.c.ended_at.is_not(None), jobs.c.delivered_at.is_(None)
    )
    return find_jobs(connection, waiting.order_by(jobs.c.ended_at, jobs.c.id).limit(limit))


def unfinished(connection: Connection, platform: str, limit: int) -> Sequence[Job]:
    """Queued and running jobs of a platform, whose placeholders a front end keeps up to date."""
    going_on = SELECT_JOBS.where(jobs.c.platform == platform, jobs.c.ended_at.is_(None))
    return find_jobs(connection, going_on.order_by(jobs.c.id).limit(limit))


def mark_delivered(connection: Connection, job_id: int, now: datetime) -> bool:
    """The answer is there. Returns whether this call was the first to say so.

    Raises `UnknownJob`, `WrongState` for a job that has not ended.
    """
    row = connection.execute(
        select(jobs.c.ended_at, jobs.c.delivered_at).where(jobs.c.id == job_id)
    ).one_or_none()
    if row is None:
        raise UnknownJob(f"no job {job_id}")
    if row.ended_at is None:
        raise WrongState(f"job {job_id} has not ended")
    first = update(jobs).where(jobs.c.id == job_id, jobs.c.delivered_at.is_(None)).values(delivered_at=now)
    return connection.execute(first).rowcount == 1


def set_address(connection: Connection, job_id: int, address: Mapping[str, Scalar]) -> None:
    """Where the answer goes, once the front end knows (its placeholder message). Raises `UnknownJob`."""
    changed = update(jobs).where(jobs.c.id == job_id).values(address=dict(address))
    if connection.execute(changed).rowcount == 0:
        raise UnknownJob(f"no job {job_id}")


def history(connection: Connection, person: Person, limit: int, before_id: int | None) -> Sequence[Job]:
    """A person's jobs on their platform, newest first, older than `before_id` if that is given."""
    account_id = find_account(connection, person)
    theirs = SELECT_JOBS.where(
        jobs.c.member_id.in_(select(members.c.id).where(members.c.account_id == account_id)),
        jobs.c.platform == person.platform,
    )
    if before_id is not None:
        theirs = theirs.where(jobs.c.id < before_id)
    return find_jobs(connection, theirs.order_by(jobs.c.id.desc()).limit(limit))
