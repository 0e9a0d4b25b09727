"""How many jobs start before a job, and how long until its picture is there.

One query reads who waits and what runs; `tasks.jobs.foresight` plays it forward. Jobs that come meanwhile
are not foreseen, nor workers that come or go.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Float,
    RowMapping,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from config.settings import Settings
from tasks.db.columns import Instant
from tasks.db.people import communities, members
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs, queue, speeds
from tasks.errors import UnknownJob
from tasks.jobs.foresight import AtWork, InLine, foresee
from tasks.jobs.states import ENDED
from tasks.records import Estimate, JobState

_MINE, _LINE, _RUNNING = "mine", "line", "running"
# Stands for the time of a job of a kind that nobody has measured; only the order matters then.
_UNMEASURED = 1.0


def estimate(connection: Connection, job_id: int, settings: Settings, now: datetime) -> Estimate:
    """Raises `UnknownJob`. An ended job is 0 jobs and 0 seconds away."""
    rows = connection.execute(_QUERY, {"job": job_id}).mappings().all()
    mine = next((row for row in rows if row["kind"] == _MINE), None)
    if mine is None:
        raise UnknownJob(f"no job {job_id}")
    state = JobState(mine["state"])
    if state in ENDED:
        return Estimate(0, 0.0)
    if state is JobState.RUNNING:
        return Estimate(0, None if mine["step_seconds"] is None else _left(mine, now))
    own = None if mine["step_seconds"] is None else mine["steps"] * mine["step_seconds"]
    usual = own or _UNMEASURED
    line = [
        InLine(
            row["member_id"],
            row["queued"],
            row["spent"],
            row["stride"],
            row["served_at"],
            row["job_seconds"] or usual,
        )
        for row in rows
        if row["kind"] == _LINE
    ]
    running = sorted((row for row in rows if row["kind"] == _RUNNING), key=lambda row: row["started_at"])
    at_work = [
        AtWork(row["member_id"], usual if row["step_seconds"] is None else _left(row, now)) for row in running
    ]
    position, starts_in = foresee(
        line, at_work, mine["clock"], settings.running_per_member, mine["member_id"], mine["queued"]
    )
    if own is None or mine["held"]:
        return Estimate(position, None)
    return Estimate(position, starts_in + own)


def _left(row: RowMapping, now: datetime) -> float:
    """Seconds that a running job goes on: by its steps, or, before the first is told, by the time."""
    step_seconds: float = row["step_seconds"]
    steps: int = row["steps"] - row["step"]
    if row["step"]:
        return steps * step_seconds
    gone: float = (now - row["started_at"]).total_seconds()
    return max(0.0, steps * step_seconds - gone)


_COLUMNS: dict[str, Any] = {
    "kind": String,
    "member_id": BigInteger,
    "queued": BigInteger,  # jobs in line; of my own: those before mine
    "spent": BigInteger,
    "stride": BigInteger,
    "served_at": BigInteger,
    "job_seconds": Float,
    "state": String,
    "held": Boolean,
    "clock": BigInteger,
    "steps": BigInteger,
    "step": BigInteger,
    "started_at": Instant,
    "step_seconds": Float,
}


def _part(kind: str, source: Select[Any]) -> Select[Any]:
    """All columns in their order, so that the parts can be put one below the other."""
    given = source.subquery()
    filled = [
        (given.c[name] if name in given.c else cast(null(), type_)).label(name)
        for name, type_ in _COLUMNS.items()
        if name != "kind"
    ]
    return select(literal(kind).label("kind"), *filled)


def _speed_of(job: Any) -> Any:
    return and_(speeds.c.control == job.c.control, speeds.c.model == job.c.model)


def _mine() -> Select[Any]:
    mine = jobs.alias("mine")
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
    return (
        select(
            mine.c.member_id,
            own_ahead.label("queued"),
            mine.c.state,
            or_(communities.c.paused, queue.c.paused).label("held"),
            queue.c.clock,
            mine.c.steps,
            mine.c.step,
            mine.c.started_at,
            speeds.c.step_seconds,
        )
        .join_from(mine, members, members.c.id == mine.c.member_id)
        .join(communities, communities.c.id == members.c.community_id)
        .join(queue, queue.c.id == 1)
        .join(speeds, _speed_of(mine), isouter=True)
        .where(mine.c.id == bindparam("job"))
    )


def _line() -> Select[Any]:
    """Everybody with a job queued, but for communities that are paused; whose job it is stays in."""
    waiting = (
        select(
            jobs.c.member_id,
            func.count().label("queued"),
            func.avg(jobs.c.steps * speeds.c.step_seconds).label("job_seconds"),
        )
        .join(speeds, _speed_of(jobs), isouter=True)
        .where(IS_QUEUED)
        .group_by(jobs.c.member_id)
        .subquery()
    )
    me = select(jobs.c.member_id).where(jobs.c.id == bindparam("job")).scalar_subquery()
    return (
        select(
            waiting,
            members.c.spent,
            members.c.stride,
            type_coerce(members.c.served_at, BigInteger).label("served_at"),
        )
        .join(members, members.c.id == waiting.c.member_id)
        .join(communities, communities.c.id == members.c.community_id)
        .where(or_(communities.c.paused.is_(False), members.c.id == me))
    )


def _running() -> Select[Any]:
    return (
        select(jobs.c.member_id, jobs.c.steps, jobs.c.step, jobs.c.started_at, speeds.c.step_seconds)
        .join(speeds, _speed_of(jobs), isouter=True)
        .where(IS_RUNNING)
    )


_QUERY = union_all(_part(_MINE, _mine()), _part(_LINE, _line()), _part(_RUNNING, _running()))
