"""Jobs whose worker fell silent: tried again, or failed and paid back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from config.settings import Settings
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs
from tasks.jobs.cancel import locked_job
from tasks.jobs.work import end, requeue
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
    if job["cancel_requested_at"] is not None:
        end(connection, job, JobState.CANCELLED, settings, now)
        return JobState.CANCELLED
    if job["attempt"] >= settings.attempts:
        end(connection, job, JobState.FAILED, settings, now, error_code=WORKER_LOST)
        return JobState.FAILED
    requeue(connection, job_id, job["member_id"], job["attempt"], settings, now)
    return JobState.QUEUED


def count_waiting(connection: Connection) -> int:
    """Queued jobs: while there are any, a dispatcher may ring again, and lost bells lose nothing."""
    return connection.execute(select(func.count()).select_from(jobs).where(IS_QUEUED)).scalar_one()
