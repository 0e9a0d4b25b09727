"""A member's place in line, kept on their row, so that the next to be served is found at once.

Virtual time: each turn costs a member one stride (`STRIDE` over their weight), counted in `spent`. The
line is ordered by `spent`, and between equals by who was served longest ago. `place` is `spent` while the
member has a job that may start, and null otherwise; the index of the line holds only those in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, select, update

from tasks.db.people import communities, members
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs

# Divides evenly by the weights that people use (1 to 10, 12, 20, 50, 100).
STRIDE = 2_520_000


@dataclass(frozen=True)
class Served:
    """A turn taken: the virtual time it brings its member to, and when."""

    spent: int
    at: datetime


def stride_of(weight: int) -> int:
    """What a turn costs: somebody of weight 3 is served three times while others are served once."""
    return STRIDE // weight


def lock_member(connection: Connection, member_id: int) -> None:
    """Keep everybody else from the member's jobs, purse and place until the transaction ends."""
    connection.execute(select(members.c.id).where(members.c.id == member_id).with_for_update(key_share=True))


def set_place(
    connection: Connection,
    which: ColumnElement[bool],
    running_per_member: int,
    served: Served | None = None,
) -> None:
    """Put members in line, or take them out, by what is so now: a job queued, not too many running, no pause.

    Worked out anew each time, so nothing can drift. `served` says of one member that they had their turn.
    """
    may_start = and_(
        exists().where(jobs.c.member_id == members.c.id, IS_QUEUED),
        select(func.count())
        .select_from(jobs)
        .where(jobs.c.member_id == members.c.id, IS_RUNNING)
        .scalar_subquery()
        < running_per_member,
        exists().where(communities.c.id == members.c.community_id, communities.c.paused.is_(False)),
    )
    changed = update(members).where(which)
    if served is None:
        changed = changed.values(place=case((may_start, members.c.spent), else_=None))
    else:
        changed = changed.values(
            spent=served.spent, served_at=served.at, place=case((may_start, served.spent), else_=None)
        )
    connection.execute(changed)
