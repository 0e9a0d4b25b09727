"""What a worker reports about a job it has claimed. A token that was overtaken changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from config.settings import Settings
from tasks.db.columns import Instant
from tasks.db.people import members
from tasks.db.work import IS_RUNNING, jobs
from tasks.errors import OptionInvalid, StaleToken
from tasks.jobs.outbox import ring
from tasks.jobs.speeds import record_speed
from tasks.jobs.states import check_move
from tasks.ledger.entries import release, settle
from tasks.people.turns import lock_member, set_place
from tasks.records import MAX_CODE, MAX_STEPS, Bell, Heartbeat, JobState
from tasks.store.keys import check_owner

_BEAT = (
    update(jobs)
    .where(jobs.c.fence == bindparam("token"), IS_RUNNING)
    .values(lease_until=bindparam("lease", type_=Instant), step=bindparam("to_step"))
    .returning(jobs.c.cancel_requested_at)
)


def heartbeat(connection: Connection, token: int, step: int, settings: Settings, now: datetime) -> Heartbeat:
    """Renew the lease and keep the step. Raises `StaleToken`."""
    if not 0 <= step <= MAX_STEPS:
        raise OptionInvalid(f"a step is 0 to {MAX_STEPS}")
    lease_until = now + timedelta(seconds=settings.lease_seconds)
    row = connection.execute(_BEAT, {"token": token, "lease": lease_until, "to_step": step}).one_or_none()
    if row is None:
        raise StaleToken(f"token {token} holds no running job")
    return Heartbeat(lease_until, cancel=row.cancel_requested_at is not None)


def succeed(
    connection: Connection,
    token: int,
    result_key: str,
    pictures: Mapping[str, str],
    settings: Settings,
    now: datetime,
) -> int:
    """The picture is in the store: the job ends and is paid for. Returns its id. Raises `NotOwner`."""
    return _finish(connection, token, JobState.SUCCEEDED, result_key, None, settings, now, pictures)


def fail(connection: Connection, token: int, error_code: str, settings: Settings, now: datetime) -> int:
    """No picture can be made, or it was refused: the job ends and costs nothing. Returns its id."""
    if not 1 <= len(error_code) <= MAX_CODE:
        raise OptionInvalid(f"an error's code has 1 to {MAX_CODE} characters")
    return _finish(connection, token, JobState.FAILED, None, error_code, settings, now)


def cancelled(connection: Connection, token: int, settings: Settings, now: datetime) -> int:
    """The worker stopped because it was asked to: the job ends and costs nothing. Returns its id."""
    return _finish(connection, token, JobState.CANCELLED, None, None, settings, now)


def retry(connection: Connection, token: int, error_code: str, settings: Settings, now: datetime) -> int:
    """This attempt came to nothing through our own fault. Returns the job's id.

    It waits again; after its last attempt it fails with `error_code`, and costs nothing.
    """
    job = _held(connection, token)
    if job["state"] != JobState.RUNNING:
        raise StaleToken(f"token {token} holds no running job")
    give_up_or_requeue(connection, job, error_code, settings, now)
    return int(job["id"])


def give_up_or_requeue(
    connection: Connection, job: RowMapping, error_code: str, settings: Settings, now: datetime
) -> JobState:
    """What becomes of a running job whose attempt came to nothing; the caller holds the member's lock."""
    if job["cancel_requested_at"] is not None:
        end(connection, job, JobState.CANCELLED, settings, now)
        return JobState.CANCELLED
    if job["attempt"] >= settings.attempts:
        end(connection, job, JobState.FAILED, settings, now, error_code=error_code)
        return JobState.FAILED
    requeue(connection, job["id"], job["member_id"], job["attempt"], settings, now)
    return JobState.QUEUED


def give_back(connection: Connection, token: int, settings: Settings, now: datetime) -> int:
    """The worker is being shut down: the job waits again, and the attempt does not count. Returns its id."""
    job = _held(connection, token)
    if job["state"] != JobState.RUNNING:
        raise StaleToken(f"token {token} holds no running job")
    if job["cancel_requested_at"] is not None:
        end(connection, job, JobState.CANCELLED, settings, now)
        return int(job["id"])
    requeue(connection, job["id"], job["member_id"], job["attempt"] - 1, settings, now)
    return int(job["id"])


def requeue(
    connection: Connection, job_id: int, member_id: int, attempt: int, settings: Settings, now: datetime
) -> None:
    """Back in line, its token void; the caller holds the member's lock and knows the job is running."""
    check_move(JobState.RUNNING, JobState.QUEUED)
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(state=JobState.QUEUED, attempt=attempt, step=0, fence=None, lease_until=None, started_at=None)
    )
    ring(connection, Bell.QUEUED, job_id, now)
    set_place(connection, members.c.id == member_id, settings.running_per_member)


def end(
    connection: Connection,
    job: RowMapping,
    state: JobState,
    settings: Settings,
    now: datetime,
    *,
    result_key: str | None = None,
    error_code: str | None = None,
    pictures: Mapping[str, str] | None = None,
) -> None:
    """End a job once: its state, its entry in the ledger, its bell; the caller holds the member's lock.

    `job` is the row as read under that lock. Raises `WrongState`.
    """
    check_move(JobState(job["state"]), state)
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job["id"])
        .values(
            state=state,
            ended_at=now,
            lease_until=None,
            result_key=result_key,
            error_code=error_code,
            pictures=dict(pictures) if pictures else None,
        )
    )
    if state is JobState.SUCCEEDED and not job["look"]:
        settle(connection, job["id"], now)
    else:
        release(connection, job["id"], now)
    ring(connection, Bell.ENDED, job["id"], now)
    set_place(connection, members.c.id == job["member_id"], settings.running_per_member)


def _finish(
    connection: Connection,
    token: int,
    state: JobState,
    result_key: str | None,
    error_code: str | None,
    settings: Settings,
    now: datetime,
    pictures: Mapping[str, str] | None = None,
) -> int:
    job = _held(connection, token)
    for key in (result_key, *(pictures or {}).values()):
        if key is not None:
            check_owner(job["account_id"], key)
    if job["state"] == state and (job["result_key"], job["error_code"]) == (result_key, error_code):
        # Said before, and the answer was lost on the way.
        return int(job["id"])
    if job["state"] != JobState.RUNNING:
        raise StaleToken(f"token {token} holds no running job")
    end(
        connection,
        job,
        state,
        settings,
        now,
        result_key=result_key,
        error_code=error_code,
        pictures=pictures,
    )
    if state is JobState.SUCCEEDED and not job["look"]:
        record_speed(connection, job, now)
    return int(job["id"])


def _held(connection: Connection, token: int) -> RowMapping:
    """The job that the token was given for, with its owner's account, under its member's lock."""
    held = (
        select(jobs, members.c.account_id)
        .join(members, members.c.id == jobs.c.member_id)
        .where(jobs.c.fence == token)
    )
    seen = connection.execute(held).mappings().one_or_none()
    if seen is not None:
        lock_member(connection, seen["member_id"])
        seen = connection.execute(held).mappings().one_or_none()
    if seen is None:
        raise StaleToken(f"token {token} holds no job")
    return seen
