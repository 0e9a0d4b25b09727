"""What people are to be told though they did not ask: what moderators decided about their pictures.

A notice is owed by the same transaction as the act, and stays so until a front end says that it was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert

from tasks.db.owed import notices
from tasks.db.people import members
from tasks.db.work import jobs
from tasks.jobs.view import SELECT_JOBS, to_job
from tasks.reports import OwedNotice, Verdict

# Nobody is told of what is so long ago (a platform without a front end, somebody who is never reached).
NOTICE_LIFE = timedelta(days=30)


def owe(connection: Connection, job_id: int, verdict: Verdict, now: datetime) -> None:
    """Its owner is to be told."""
    connection.execute(insert(notices).values(job_id=job_id, verdict=verdict, at=now))


def owed_notices(
    connection: Connection, platform: str, limit: int, account_id: int | None = None
) -> Sequence[OwedNotice]:
    """Of a platform's jobs, or of one person's there, the oldest first."""
    wanted = (
        SELECT_JOBS.add_columns(notices.c.id.label("notice_id"), notices.c.verdict)
        .join(notices, notices.c.job_id == jobs.c.id)
        .where(jobs.c.platform == platform)
        .order_by(notices.c.id)
        .limit(limit)
    )
    if account_id is not None:
        wanted = wanted.where(members.c.account_id == account_id)
    return [
        OwedNotice(row["notice_id"], to_job(row), Verdict(row["verdict"]))
        for row in connection.execute(wanted).mappings()
    ]


def settle_notice(connection: Connection, notice_id: int) -> None:
    """It was told, or cannot be."""
    connection.execute(delete(notices).where(notices.c.id == notice_id))


def drop_notices(connection: Connection, now: datetime) -> int:
    """Those that nobody could be told of for long. Returns how many there were."""
    return connection.execute(delete(notices).where(notices.c.at < now - NOTICE_LIFE)).rowcount
