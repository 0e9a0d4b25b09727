"""The pictures that something still needs. Every other one may be deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Connection, case, literal, select, type_coerce, union

from config.settings import Settings
from tasks.db.columns import microseconds
from tasks.db.drafts import drafts
from tasks.db.people import accounts, communities, members, saved_photos, wardrobe_items
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs
from tasks.keepsakes.drafts import DRAFT_LIFE
from tasks.records import JobState
from tasks.store.keys import owner_of

_HOUR = literal(3_600_000_000, BigInteger)  # in microseconds, as instants are kept


def needed_keys(connection: Connection, keys: Iterable[str], settings: Settings, now: datetime) -> set[str]:
    """Those of `keys` (some hundreds) that a queued or running job reads, or the job after one that is not
    delivered; that somebody saved, or that wait for their other half; or that are a result which was not
    removed and is not older than the operator, and its community, keep results.
    What such a result was made of is needed for a while, too, if its member chose so, for another go.

    Looked up by the owners in the keys: no table is read as a whole.
    """
    asked = {key: owner for key in keys if (owner := owner_of(key)) is not None}
    if not asked:
        return set()
    theirs = members.c.account_id.in_(set(asked.values()))
    of_owners = (
        select(jobs.c.id)
        .join(members, members.c.id == jobs.c.member_id)
        .join(communities, communities.c.id == members.c.community_id)
        .join(accounts, accounts.c.id == members.c.account_id)
        .where(theirs)
    )
    is_kept = (
        jobs.c.state == JobState.SUCCEEDED,
        jobs.c.result_key.is_not(None),
        type_coerce(jobs.c.ended_at, BigInteger) + _result_hours(settings) * _HOUR > microseconds(now),
    )
    reasons = [
        of_owners.with_only_columns(column).where(goes_on)
        for column in (jobs.c.source_key, jobs.c.reference_key, jobs.c.mask_key)
        for goes_on in (IS_QUEUED, IS_RUNNING)
    ]
    another_go = (
        *is_kept,
        accounts.c.keep_inputs.is_(True),
        jobs.c.ended_at > now - timedelta(minutes=settings.input_minutes),
    )
    reasons += [
        of_owners.with_only_columns(column).where(*another_go)
        for column in (jobs.c.source_key, jobs.c.reference_key, jobs.c.mask_key)
    ]
    reasons.append(of_owners.with_only_columns(jobs.c.result_key).where(*is_kept))
    reasons.append(
        of_owners.with_only_columns(jobs.c.later_key).where(
            jobs.c.later_key.is_not(None), jobs.c.delivered_at.is_(None)
        )
    )
    reasons.append(
        select(drafts.c.store_key).where(
            drafts.c.account_id.in_(set(asked.values())),
            drafts.c.taken.is_(False),
            drafts.c.added_at >= now - DRAFT_LIFE,
        )
    )
    reasons += [
        select(table.c.store_key).where(table.c.account_id.in_(set(asked.values())))
        for table in (saved_photos, wardrobe_items)
    ]
    needed = set(connection.execute(union(*reasons)).scalars())
    # As long as the results they belong to.
    made = of_owners.with_only_columns(jobs.c.pictures).where(*is_kept, jobs.c.pictures.is_not(None))
    for pictures in connection.execute(made).scalars():
        needed |= set(pictures.values())
    return asked.keys() & needed


def _result_hours(settings: Settings) -> ColumnElement[int]:
    """The community's, but no more than the operator's."""
    own = communities.c.result_hours
    return case((own < settings.result_hours, own), else_=settings.result_hours)
