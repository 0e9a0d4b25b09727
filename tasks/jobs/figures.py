"""How the desk stands, in one statement: what a monitor asks every few seconds.

Every number comes from an index that holds what is counted and nothing else: it costs by what waits, not by
what there ever was. The oldest queued job is the one with the lowest id.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, FromClause, Select, Subquery, case, cast, func, select, true

from config.settings import Settings
from tasks.db.people import communities, members
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs, outbox, queue
from tasks.records import Figures


def figures(connection: Connection, settings: Settings, now: datetime) -> Figures:
    """Numbers, and ages at `now`; an age is 0 where there is nothing that could be old."""
    row = connection.execute(_figures()).one()

    def age(since: datetime | None) -> float:
        return 0.0 if since is None else max(0.0, (now - since).total_seconds())

    # A heartbeat sets the lease anew.
    lease = timedelta(seconds=settings.lease_seconds)
    return Figures(
        queued=row.queued,
        held=row.held,
        running=row.running,
        undelivered=row.undelivered,
        untold=row.untold,
        oldest_queued_seconds=age(row.queued_since),
        oldest_heartbeat_seconds=age(row.lease_until and row.lease_until - lease),
        oldest_undelivered_seconds=age(row.undelivered_since),
        oldest_untold_seconds=age(row.untold_since),
        paused=row.paused,
        communities_paused=row.communities_paused,
    )


@cache
def _figures() -> Select[Any]:
    waiting = _waiting()
    running = (
        select(func.count().label("running"), func.min(jobs.c.lease_until).label("lease_until"))
        .where(IS_RUNNING)
        .subquery()
    )
    undelivered = (
        select(func.count().label("undelivered"), func.min(jobs.c.ended_at).label("undelivered_since"))
        .where(jobs.c.ended_at.is_not(None), jobs.c.delivered_at.is_(None))
        .subquery()
    )
    untold = select(func.count().label("untold"), func.min(outbox.c.at).label("untold_since")).subquery()
    queued_since = select(jobs.c.submitted_at).where(jobs.c.id == waiting.c.first_id).scalar_subquery()
    paused = select(func.count()).where(communities.c.paused).scalar_subquery()
    one_row: FromClause = waiting
    for more in (running, undelivered, untold, queue):
        one_row = one_row.join(more, true())
    return select(
        waiting.c.queued,
        waiting.c.held,
        queued_since.label("queued_since"),
        *running.c,
        *undelivered.c,
        *untold.c,
        queue.c.paused,
        paused.label("communities_paused"),
    ).select_from(one_row)


def _waiting() -> Subquery:
    """How many jobs are queued, how many of those in a paused community, and the oldest of the others."""
    lines = (
        select(jobs.c.member_id, func.count().label("queued"), func.min(jobs.c.id).label("first_id"))
        .where(IS_QUEUED)
        .group_by(jobs.c.member_id)
        .subquery()
    )
    held = case((communities.c.paused, lines.c.queued), else_=0)
    return (
        # PostgreSQL sums these into a decimal number.
        select(
            cast(func.coalesce(func.sum(lines.c.queued), 0), BigInteger).label("queued"),
            cast(func.coalesce(func.sum(held), 0), BigInteger).label("held"),
            func.min(case((communities.c.paused, None), else_=lines.c.first_id)).label("first_id"),
        )
        .join_from(lines, members, members.c.id == lines.c.member_id)
        .join(communities, communities.c.id == members.c.community_id)
        .subquery()
    )
