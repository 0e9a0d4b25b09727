"""Jobs whose worker fell silent: tried again, or failed and paid back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from config.settings import Settings
from tasks.db.people import members
from tasks.db.work import IS_RUNNING, jobs, queue
from tasks.jobs.cancel import locked_job
from tasks.jobs.work import give_up_or_requeue
from tasks.records import JobState

WORKER_LOST = "worker_lost"


def expired(connection: Connection, now: datetime) -> list[int]:
    """Jobs whose lease is over."""
    late = select(jobs.c.id).where(IS_RUNNING, jobs.c.lease_until < now).order_by(jobs.c.member_id, jobs.c.id)
    return list(connection.execute(late).scalars())


def sweep_job(connection: Connection, job_id: int, settings: Settings, now: datetime) -> JobState | None:
    """Decide about one of them: its new state, or `None` if its worker spoke up meanwhile."""
    job = locked_job(connection, job_id)
    if job["state"] != JobState.RUNNING or job["lease_until"] >= now:
        return None
    return give_up_or_requeue(connection, job, WORKER_LOST, settings, now)


def count_startable(connection: Connection) -> int:
    """Members whose next job may start now: as many bells can be of use, however many jobs are queued."""
    paused = connection.execute(select(queue.c.paused)).scalar_one()
    if paused:
        return 0
    in_line = select(func.count()).select_from(members).where(members.c.place.is_not(None))
    return connection.execute(in_line).scalar_one()
