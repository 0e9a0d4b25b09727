"""The pictures that something still needs. Every other one may be deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, union

from config.settings import Settings
from tasks.db.people import members, saved_photos, wardrobe_items
from tasks.db.work import IS_QUEUED, IS_RUNNING, jobs
from tasks.records import JobState
from tasks.store.keys import owner_of


def needed_keys(connection: Connection, keys: Iterable[str], settings: Settings, now: datetime) -> set[str]:
    """Those of `keys` (some hundreds) that a queued or running job reads, that somebody saved, or that
    are a result which was not removed and is not older than the operator keeps results. What such a result
    was made of is needed for a while, too: its member may want another go.

    Looked up by the owners in the keys: no table is read as a whole.
    """
    asked = {key: owner for key in keys if (owner := owner_of(key)) is not None}
    if not asked:
        return set()
    theirs = members.c.account_id.in_(set(asked.values()))
    kept_since = now - timedelta(hours=settings.result_hours)
    of_owners = select(jobs.c.id).join(members, members.c.id == jobs.c.member_id).where(theirs)
    reasons = [
        of_owners.with_only_columns(column).where(goes_on)
        for column in (jobs.c.source_key, jobs.c.reference_key, jobs.c.mask_key)
        for goes_on in (IS_QUEUED, IS_RUNNING)
    ]
    another_go = (
        jobs.c.state == JobState.SUCCEEDED,
        jobs.c.result_key.is_not(None),
        jobs.c.ended_at > now - timedelta(minutes=settings.input_minutes),
    )
    reasons += [
        of_owners.with_only_columns(column).where(*another_go)
        for column in (jobs.c.source_key, jobs.c.reference_key, jobs.c.mask_key)
    ]
    reasons.append(
        of_owners.with_only_columns(jobs.c.result_key).where(
            jobs.c.state == JobState.SUCCEEDED, jobs.c.result_key.is_not(None), jobs.c.ended_at > kept_since
        )
    )
    reasons += [
        select(table.c.store_key).where(table.c.account_id.in_(set(asked.values())))
        for table in (saved_photos, wardrobe_items)
    ]
    needed = set(connection.execute(union(*reasons)).scalars())
    # As long as the results they belong to.
    made = of_owners.with_only_columns(jobs.c.pictures).where(
        jobs.c.result_key.is_not(None), jobs.c.pictures.is_not(None), jobs.c.ended_at > kept_since
    )
    for pictures in connection.execute(made).scalars():
        needed |= set(pictures.values())
    return asked.keys() & needed
