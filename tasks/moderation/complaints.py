"""Reports of pictures: who says so and why, and what moderators decide.

A decision is about the picture, and closes every open report of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from config.settings import Settings
from tasks.db.complaints import reports
from tasks.db.people import accounts, members
from tasks.db.work import jobs
from tasks.errors import OptionInvalid, OwnPicture, TooManyReports, WrongState
from tasks.jobs.cancel import locked_job
from tasks.jobs.view import SELECT_JOBS, to_job
from tasks.moderation.audit import Act, record
from tasks.moderation.removal import REMOVED, close_reports, owner_of, remove_job
from tasks.records import MAX_TEXT, JobState
from tasks.reports import Filed, ReportedJob

# Open reports that one person may have.
MOST_OPEN = 20
_OPEN = reports.c.verdict.is_(None)


def report(connection: Connection, reporter_id: int, job_id: int, reason: str, now: datetime) -> Filed:
    """Report a picture. While a report of this person about it is open, once more is the same report.

    Raises `UnknownJob`, `WrongState` where there is no picture, `OwnPicture`, `TooManyReports`,
    `OptionInvalid`.
    """
    check_words(reason)
    job = locked_job(connection, job_id)
    if job["state"] != JobState.SUCCEEDED or job["error_code"] == REMOVED:
        raise WrongState("there is no picture to report")
    if (owner := owner_of(connection, job_id)) is not None and owner[0] == reporter_id:
        raise OwnPicture("the picture is the reporter's own")
    # Their reports stay as they are until this transaction ends.
    connection.execute(
        select(accounts.c.id).where(accounts.c.id == reporter_id).with_for_update(key_share=True)
    )
    theirs = select(reports.c.id).where(reports.c.reporter_id == reporter_id, _OPEN)
    before = connection.execute(theirs.where(reports.c.job_id == job_id)).scalar_one_or_none()
    if before is not None:
        return Filed(before, repeated=True)
    if connection.execute(select(func.count()).select_from(theirs.subquery())).scalar_one() >= MOST_OPEN:
        raise TooManyReports(f"{MOST_OPEN} reports may be open")
    added = insert(reports).values(job_id=job_id, reporter_id=reporter_id, reason=reason, at=now)
    return Filed(connection.execute(added.returning(reports.c.id)).scalar_one(), repeated=False)


def reported_jobs(connection: Connection, community_id: int | None, limit: int) -> list[ReportedJob]:
    """Pictures of a community, or of all, with open reports; those that wait longest first."""
    first = (
        select(reports.c.job_id, func.min(reports.c.id).label("first_id"))
        .where(_OPEN)
        .group_by(reports.c.job_id)
        .subquery()
    )
    wanted = SELECT_JOBS.join(first, first.c.job_id == jobs.c.id).order_by(first.c.first_id).limit(limit)
    if community_id is not None:
        wanted = wanted.where(members.c.community_id == community_id)
    found = [to_job(row) for row in connection.execute(wanted).mappings()]
    said: dict[int, list[Any]] = {job.id: [] for job in found}
    open_ones = select(reports.c.job_id, reports.c.reason, reports.c.at).where(
        _OPEN, reports.c.job_id.in_(said)
    )
    for row in connection.execute(open_ones.order_by(reports.c.id)):
        said[row.job_id].append(row)
    return [ReportedJob(job, tuple(row.reason for row in said[job.id]), said[job.id][0].at) for job in found]


def decide(
    connection: Connection, act: Act, job_id: int, settings: Settings, *, remove: bool
) -> tuple[int, str | None]:
    """Take the reported picture away, or leave it. Returns the act's number, and the store key to delete.

    Raises `UnknownJob`, `WrongState` where no report is open.
    """
    locked_job(connection, job_id)
    open_ones = select(func.count()).select_from(reports).where(reports.c.job_id == job_id, _OPEN)
    number = connection.execute(open_ones).scalar_one()
    if not number:
        raise WrongState("decided already")
    # Which closes the reports.
    key = remove_job(connection, act, job_id, settings) if remove else None
    if not remove:
        close_reports(connection, act, job_id, "dismissed")
    verdict = "report_removed" if remove else "report_dismissed"
    return record(connection, act, verdict, f"report:{job_id}", {"open": number}, {"open": 0}), key


def check_words(text: str) -> None:
    """Raises `OptionInvalid` for a text that is empty or too long to keep."""
    if not 1 <= len(text.strip()) <= len(text) <= MAX_TEXT:
        raise OptionInvalid(f"a text has 1 to {MAX_TEXT} characters")
