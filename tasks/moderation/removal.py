"""Taking a job, or the picture that it made, away from everybody."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from config.settings import Settings
from tasks.db.complaints import reports
from tasks.db.people import members
from tasks.db.work import jobs
from tasks.jobs.cancel import cancel, locked_job
from tasks.jobs.states import ENDED
from tasks.moderation.audit import Act, record
from tasks.moderation.notices import owe
from tasks.records import JobState
from tasks.reports import Verdict

REMOVED = "removed"


def owner_of(connection: Connection, job_id: int) -> tuple[int, int] | None:
    """Account and community that a job belongs to."""
    row = connection.execute(
        select(members.c.account_id, members.c.community_id)
        .join(jobs, jobs.c.member_id == members.c.id)
        .where(jobs.c.id == job_id)
    ).one_or_none()
    return None if row is None else (row.account_id, row.community_id)


def cancel_job(connection: Connection, act: Act, job_id: int, settings: Settings) -> int:
    """Cancel a job that goes on. Returns the id of the audit row. Raises `UnknownJob`, `WrongState`."""
    job = locked_job(connection, job_id)
    cancel(connection, job, settings, act.now)
    after = JobState(locked_job(connection, job_id)["state"])
    return record(connection, act, "cancel", f"job:{job_id}", {"state": job["state"]}, {"state": after})


def remove_job(connection: Connection, act: Act, job_id: int, settings: Settings) -> str | None:
    """Cancel a job that goes on; take back the picture of one that succeeded. It still costs what it did.
    What was reported about it is decided by that, and its owner is to be told, unless they did it themselves.

    Returns the store key that the caller must now delete. Raises `UnknownJob`.
    """
    job = locked_job(connection, job_id)
    state = JobState(job["state"])
    if state not in ENDED:
        cancel_job(connection, act, job_id, settings)
        return None
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(result_key=None, error_code=REMOVED))
    close_reports(connection, act, job_id, "removed")
    taken_away = state is JobState.SUCCEEDED and job["error_code"] != REMOVED
    if taken_away and (act.actor_id is None or act.actor_id != act.subject_id):
        owe(connection, job_id, Verdict.REMOVED, act.now)
    record(connection, act, "remove", f"job:{job_id}", {"state": state}, {"state": state})
    key: str | None = job["result_key"]
    return key


def close_reports(connection: Connection, act: Act, job_id: int, verdict: str) -> None:
    """Every open report of a picture is decided. The caller holds the job's lock."""
    connection.execute(
        update(reports)
        .where(reports.c.job_id == job_id, reports.c.verdict.is_(None))
        .values(verdict=verdict, decided_by=act.actor_id, decided_at=act.now)
    )
