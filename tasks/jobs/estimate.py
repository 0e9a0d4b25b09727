"""How many jobs start before a job, and how long until its picture is there; one query.

The queue's own rule is followed: turn k of a member (from 0) comes at their `spent`, plus k strides from
there or from the clock, whichever is later. Jobs that come meanwhile, and limits on what runs at once, are
not foreseen.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, cast, func, literal, or_, select

from tasks.db.people import communities, members
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs, queue, speeds
from tasks.errors import UnknownJob
from tasks.jobs.states import ENDED
from tasks.records import Estimate, JobState


def estimate(connection: Connection, job_id: int, now: datetime) -> Estimate:
    """Raises `UnknownJob`. An ended job is 0 jobs and 0 seconds away."""
    row = connection.execute(_query(job_id)).mappings().one_or_none()
    if row is None:
        raise UnknownJob(f"no job {job_id}")
    state = JobState(row["state"])
    if state in ENDED:
        return Estimate(0, 0.0)
    if state is JobState.RUNNING:
        if row["step_seconds"] is None:
            return Estimate(0, None)
        gone = (now - row["started_at"]).total_seconds()
        by_steps = (row["steps"] - row["step"]) * row["step_seconds"]
        by_time = row["steps"] * row["step_seconds"] - gone
        return Estimate(0, max(0.0, by_steps if row["step"] else by_time))
    position = row["own_ahead"] + row["others_ahead"]
    if row["step_seconds"] is None or row["held"]:
        return Estimate(position, None)
    own = row["steps"] * row["step_seconds"]
    mean = own if row["mean_seconds"] is None else row["mean_seconds"]
    # While somebody waits every worker is busy, so the running jobs are as many as there are workers.
    workers = max(1, row["running"])
    ahead = position if row["running"] == 0 else position + 0.5
    return Estimate(position, ahead * mean / workers + own)


def _query(job_id: int) -> Any:
    mine, other, speed = jobs.alias("mine"), members.alias("other"), speeds.alias("speed")
    clock = select(queue.c.clock).scalar_subquery()
    own_ahead = (
        select(func.count())
        .select_from(jobs)
        .where(
            jobs.c.member_id == mine.c.member_id,
            IS_QUEUED,
            or_(jobs.c.rank < mine.c.rank, and_(jobs.c.rank == mine.c.rank, jobs.c.id < mine.c.id)),
        )
        .correlate(mine)
        .scalar_subquery()
    )
    me = (
        select(
            mine,
            members.c.spent,
            members.c.stride,
            members.c.served_at,
            clock.label("clock"),
            own_ahead.label("own_ahead"),
            or_(communities.c.paused, select(queue.c.paused).scalar_subquery()).label("held"),
        )
        .join_from(mine, members, members.c.id == mine.c.member_id)
        .join(communities, communities.c.id == members.c.community_id)
        .where(mine.c.id == job_id)
        .cte("me")
    )
    lines = (
        select(jobs.c.member_id, func.count().label("queued"))
        .where(IS_QUEUED)
        .group_by(jobs.c.member_id)
        .cte("lines")
    )
    others_ahead = (
        # PostgreSQL sums these into a decimal number.
        select(cast(func.coalesce(func.sum(_turns_before(other, lines.c.queued, me)), 0), BigInteger))
        .select_from(lines)
        .join(other, other.c.id == lines.c.member_id)
        .join(communities, communities.c.id == other.c.community_id)
        .where(other.c.id != me.c.member_id, communities.c.paused.is_(False))
        .correlate(me)
        .scalar_subquery()
    )
    mean_seconds = (
        select(func.avg(jobs.c.steps * speeds.c.step_seconds))
        .join_from(jobs, speeds, and_(speeds.c.control == jobs.c.control, speeds.c.model == jobs.c.model))
        .where(IS_QUEUED)
        .scalar_subquery()
    )
    running = select(func.count()).select_from(jobs).where(IS_RUNNING).scalar_subquery()
    return select(
        me.c.state,
        me.c.steps,
        me.c.step,
        me.c.started_at,
        me.c.held,
        me.c.own_ahead,
        others_ahead.label("others_ahead"),
        speed.c.step_seconds,
        mean_seconds.label("mean_seconds"),
        running.label("running"),
    ).join_from(
        me,
        speed,
        and_(speed.c.control == me.c.control, speed.c.model == me.c.model),
        isouter=True,
    )


def _turns_before(other: Any, queued: ColumnElement[int], me: Any) -> ColumnElement[int]:
    """How many of `queued` turns of another member come before the turn of my job."""
    zero = literal(0)
    mine_from = _later(me.c.spent, me.c.clock)
    mine_at = case((me.c.own_ahead == 0, me.c.spent), else_=mine_from + me.c.own_ahead * me.c.stride)
    first = case(
        (other.c.spent < mine_at, 1),
        (other.c.spent > mine_at, 0),
        # Equal: who was served longest ago; I will have been served, once one of mine is ahead.
        (me.c.own_ahead > 0, 1),
        (other.c.served_at < me.c.served_at, 1),
        (and_(other.c.served_at == me.c.served_at, other.c.id < me.c.member_id), 1),
        else_=0,
    )
    theirs_from = _later(other.c.spent, me.c.clock)
    way = mine_at - theirs_from
    # Turns 1, 2, ... at theirs_from + k strides, strictly before mine; then the one that falls on it.
    before = case((way > 0, (way - 1) // other.c.stride), else_=zero)
    falls = way // other.c.stride
    wins = or_(
        other.c.stride > me.c.stride,
        and_(
            other.c.stride == me.c.stride,
            or_(
                falls < me.c.own_ahead,
                and_(
                    falls == me.c.own_ahead,
                    or_(
                        other.c.spent < me.c.spent,
                        and_(
                            other.c.spent == me.c.spent,
                            or_(
                                other.c.served_at < me.c.served_at,
                                and_(other.c.served_at == me.c.served_at, other.c.id < me.c.member_id),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    )
    tie = case((and_(way > 0, way % other.c.stride == 0, wins), 1), else_=zero)
    later = before + tie
    # Of all their turns but the first.
    return first + case((later > queued - 1, queued - 1), else_=later)


def _later(one: ColumnElement[int], two: ColumnElement[int]) -> ColumnElement[int]:
    return case((one > two, one), else_=two)
