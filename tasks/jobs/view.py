"""Jobs as the desk shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from tasks.db.people import communities, identities, members
from tasks.db.work import jobs
from tasks.errors import UnknownJob
from tasks.records import MAX_PRIORITY, Asker, Control, Job, JobState, Request

SELECT_JOBS: Select[Any] = (
    select(jobs, communities.c.ref.label("community_ref"), identities.c.user_ref)
    .join_from(jobs, members, members.c.id == jobs.c.member_id)
    .join(communities, communities.c.id == members.c.community_id)
    .join(
        identities,
        (identities.c.account_id == members.c.account_id) & (identities.c.platform == jobs.c.platform),
    )
)


def find_job(connection: Connection, job_id: int) -> Job:
    """Raises `UnknownJob`."""
    row = connection.execute(SELECT_JOBS.where(jobs.c.id == job_id)).mappings().one_or_none()
    if row is None:
        raise UnknownJob(f"no job {job_id}")
    return to_job(row)


def find_jobs(connection: Connection, query: Select[Any]) -> Sequence[Job]:
    """All jobs of a narrowed `SELECT_JOBS`."""
    return [to_job(row) for row in connection.execute(query).mappings()]


def to_job(row: RowMapping) -> Job:
    """One row of `SELECT_JOBS`."""
    return Job(
        id=row["id"],
        asker=Asker(row["platform"], row["community_ref"], row["user_ref"]),
        request=Request(
            request_id=row["request_id"],
            control=Control(row["control"]),
            model=row["model"],
            source_key=row["source_key"],
            reference_key=row["reference_key"],
            garment_type=row["garment_type"],
            steps=row["steps"],
            priority=MAX_PRIORITY - row["rank"],
            options=row["options"],
            address=row["address"],
            parent_id=row["parent_id"],
            mask_key=row["mask_key"],
            look=row["look"],
            later_key=row["later_key"],
        ),
        state=JobState(row["state"]),
        attempt=row["attempt"],
        step=row["step"],
        submitted_at=row["submitted_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        delivered_at=row["delivered_at"],
        cancel_requested=row["cancel_requested_at"] is not None,
        result_key=row["result_key"],
        error_code=row["error_code"],
        pictures=row["pictures"] or {},
    )
