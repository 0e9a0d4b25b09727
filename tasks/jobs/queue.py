"""The fair queue: which job is next, and its claim.

Members take turns. The next turn is the lowest `place` in the line (see `tasks.people.turns`), the job is
the one with the highest priority among the member's own, then the oldest. A turn moves its member behind
everybody who was waiting: between two turns of somebody who waits, nobody else gets more turns than their
weight says. Both look-ups are the first entry of an index, however many jobs are queued.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, bindparam, select, update

from config.settings import Settings
from tasks.clock import Clock
from tasks.db.columns import Instant
from tasks.db.people import members
from tasks.db.work import IS_QUEUED, jobs, queue
from tasks.jobs.view import find_job
from tasks.people.turns import Served, set_place
from tasks.records import Claim, JobState

_QUEUE = select(queue.c.paused, queue.c.clock, queue.c.fence).with_for_update()
_NEXT = (
    select(members.c.id, members.c.account_id, members.c.spent, members.c.stride)
    .where(members.c.place.is_not(None))
    .order_by(members.c.place, members.c.served_at, members.c.id)
    .limit(1)
    .with_for_update(key_share=True)
)
_WAITS = select(members.c.id).where(members.c.place.is_not(None)).limit(1)
_HEAD = (
    select(jobs.c.id)
    .where(jobs.c.member_id == bindparam("member"), IS_QUEUED)
    .order_by(jobs.c.rank, jobs.c.id)
    .limit(1)
    .scalar_subquery()
)
_CLAIM = (
    update(jobs)
    .where(jobs.c.id == _HEAD, IS_QUEUED)
    .values(
        state=JobState.RUNNING,
        attempt=jobs.c.attempt + 1,
        step=0,
        worker=bindparam("by"),
        fence=bindparam("token"),
        started_at=bindparam("now", type_=Instant),
        lease_until=bindparam("lease", type_=Instant),
    )
    .returning(jobs.c.id)
)
_ADVANCE = update(queue).values(clock=bindparam("to_clock"), fence=bindparam("to_fence"))


def claim(connection: Connection, worker: str, settings: Settings, clock: Clock) -> Claim | None:
    """Give the next job to `worker`, or `None` where nothing may start now.

    One claim at a time: the queue's row is locked first, so every turn is the fairest one there is.
    """
    state = connection.execute(_QUEUE).one()
    if state.paused:
        return None
    now = clock()
    lease_until = now + timedelta(seconds=settings.lease_seconds)
    while _somebody_waits(connection):
        turn = connection.execute(_NEXT).one_or_none()
        if turn is None:
            continue  # The first in line left it while we waited for their lock.
        token = state.fence + 1
        job_id = connection.execute(
            _CLAIM, {"member": turn.id, "by": worker, "token": token, "now": now, "lease": lease_until}
        ).scalar_one_or_none()
        if job_id is None:
            # The line was read while their last job was being taken back.
            set_place(connection, members.c.id == turn.id, settings.running_per_member)
            continue
        turn_at = max(state.clock, turn.spent)
        connection.execute(_ADVANCE, {"to_clock": turn_at, "to_fence": token})
        served = Served(turn_at + turn.stride, now)
        set_place(connection, members.c.id == turn.id, settings.running_per_member, served)
        return Claim(token, find_job(connection, job_id), turn.account_id, lease_until)
    return None


def _somebody_waits(connection: Connection) -> bool:
    return connection.execute(_WAITS).first() is not None
