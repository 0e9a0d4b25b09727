"""Jobs of everybody, and how the queue is doing; for those who look after it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from tasks.db.people import communities, members
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs, queue
from tasks.jobs.view import SELECT_JOBS, find_jobs
from tasks.people.enrol import find_account
from tasks.records import Job, JobState, Person, Place
from tasks.reports import QueueStatus


def list_jobs(
    connection: Connection,
    state: JobState | None,
    place: Place | None,
    person: Person | None,
    limit: int,
    before_id: int | None,
) -> Sequence[Job]:
    """Newest first; each filter that is given narrows the list."""
    wanted = SELECT_JOBS
    if state is not None:
        wanted = wanted.where(jobs.c.state == state)
    if place is not None:
        wanted = wanted.where(communities.c.platform == place.platform, communities.c.ref == place.community)
    if person is not None:
        wanted = wanted.where(members.c.account_id == find_account(connection, person))
    if before_id is not None:
        wanted = wanted.where(jobs.c.id < before_id)
    return find_jobs(connection, wanted.order_by(jobs.c.id.desc()).limit(limit))


def queue_status(connection: Connection) -> QueueStatus:
    """How many jobs wait and run, and what is paused."""
    paused = connection.execute(
        select(communities.c.platform, communities.c.ref)
        .where(communities.c.paused.is_(True))
        .order_by(communities.c.id)
    )
    waiting = connection.execute(
        select(func.count(), func.min(jobs.c.submitted_at, type_=jobs.c.submitted_at.type)).where(IS_QUEUED)
    ).one()
    running = connection.execute(
        select(func.count(), func.count(jobs.c.worker.distinct())).where(IS_RUNNING)
    ).one()
    owed = select(func.count()).where(jobs.c.ended_at.is_not(None), jobs.c.delivered_at.is_(None))
    return QueueStatus(
        paused=connection.execute(select(queue.c.paused)).scalar_one(),
        paused_places=tuple(Place(row.platform, row.ref) for row in paused),
        queued=waiting[0],
        running=running[0],
        workers=running[1],
        oldest=waiting[1],
        undelivered=connection.execute(owed).scalar_one(),
    )
