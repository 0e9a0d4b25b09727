"""A request becomes a job: with its reservation, its bell and its member's place in line, or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from config.settings import Settings
from tasks.clock import Clock
from tasks.db.columns import Instant
from tasks.db.engine import one_round_trip
from tasks.db.people import members
from tasks.db.work import jobs
from tasks.errors import NotOwner, UnknownJob
from tasks.jobs.outbox import ring
from tasks.jobs.view import find_job
from tasks.ledger.entries import reserve
from tasks.people.enrol import enrol_member
from tasks.people.turns import stride_of
from tasks.quota.gates import pass_gates
from tasks.quota.situation import Situation, look_up
from tasks.records import MAX_PRIORITY, Asker, Bell, Job, JobState, Request, Submitted
from tasks.store.keys import check_owner

_JOB = (
    insert(jobs)
    .values(
        {
            column: bindparam(column)
            for column in (
                "member_id",
                "platform",
                "request_id",
                "control",
                "model",
                "garment_type",
                "source_key",
                "reference_key",
                "mask_key",
                "look",
                "later_key",
                "steps",
                "rank",
                "options",
                "address",
                "parent_id",
                "submitted_at",
            )
        }
    )
    .returning(jobs.c.id)
)
_LINE_UP = (
    update(members)
    .where(members.c.id == bindparam("member"))
    .values(
        submitted_at=bindparam("now", type_=Instant),
        stride=bindparam("to_stride"),
        place=bindparam("to_place"),
    )
)


def submit(
    connection: Connection, asker: Asker, request: Request, settings: Settings, clock: Clock
) -> Submitted:
    """The same `request_id` again gives the job that it made first, whatever holds now.

    Raises a `Refused`; `UnknownJob` for a parent, `NotOwner` for an event or a picture, that is not theirs.
    """
    situation = look_up(connection, asker, settings, clock, lock=True, event=request.request_id)
    if situation is None:
        enrol_member(connection, asker, settings, clock())
        situation = look_up(connection, asker, settings, clock, lock=True, event=request.request_id)
        assert situation is not None
    # Looked up under the lock: the same event may be on its way in another thread.
    if situation.repeated_job_id is not None:
        return Submitted(_repeated(connection, asker, situation.repeated_job_id), repeated=True)
    now = situation.now
    purse = pass_gates(connection, situation, settings)
    for key in (request.source_key, request.reference_key, request.mask_key, request.later_key):
        if key is not None:
            check_owner(situation.payer.account_id, key)
    if request.parent_id is not None:
        _check_parent(connection, request.parent_id, situation)
    job_id = _insert(connection, asker, request, situation, now)
    with one_round_trip(connection):
        reserve(connection, job_id, situation.payer, purse, now)
        ring(connection, Bell.QUEUED, job_id, now)
        _line_up(connection, situation, settings)
    return Submitted(_new_job(job_id, asker, request, now), repeated=False)


def _repeated(connection: Connection, asker: Asker, job_id: int) -> Job:
    job = find_job(connection, job_id)
    if job.asker.user != asker.user:
        raise NotOwner("this event was somebody else's")
    return job


def _check_parent(connection: Connection, parent_id: int, situation: Situation) -> None:
    parent = select(jobs.c.id).where(jobs.c.id == parent_id, jobs.c.member_id == situation.member_id)
    if connection.execute(parent).first() is None:
        raise UnknownJob(f"no job {parent_id} of this member to go on from")


def _insert(
    connection: Connection, asker: Asker, request: Request, situation: Situation, now: datetime
) -> int:
    values: dict[str, Any] = {
        "member_id": situation.member_id,
        "platform": asker.platform,
        "request_id": request.request_id,
        "control": request.control,
        "model": request.model,
        "garment_type": request.garment_type,
        "source_key": request.source_key,
        "reference_key": request.reference_key,
        "mask_key": request.mask_key,
        "look": request.look,
        "later_key": request.later_key,
        "steps": request.steps,
        "rank": MAX_PRIORITY - request.priority,
        "options": dict(request.options),
        "address": dict(request.address),
        "parent_id": request.parent_id,
        "submitted_at": now,
    }
    return int(connection.execute(_JOB, values).scalar_one())


def _line_up(connection: Connection, situation: Situation, settings: Settings) -> None:
    # What `set_place` would work out: a job is queued now, nothing is paused, and the member is locked.
    may_start = situation.running < settings.running_per_member
    connection.execute(
        _LINE_UP,
        {
            "member": situation.member_id,
            "now": situation.now,
            "to_stride": stride_of(situation.weight),
            "to_place": situation.spent if may_start else None,
        },
    )


def _new_job(job_id: int, asker: Asker, request: Request, now: datetime) -> Job:
    return Job(
        id=job_id,
        asker=Asker(asker.platform, asker.community, asker.user),
        request=request,
        state=JobState.QUEUED,
        attempt=0,
        step=0,
        submitted_at=now,
        started_at=None,
        ended_at=None,
        delivered_at=None,
        cancel_requested=False,
        result_key=None,
        error_code=None,
    )
