"""Pictures go when nothing needs them any more.

All functions delete a picture only if it is older than what they go by, and the store looks at its age once
more as it deletes: what is put again meanwhile stays. So a front end puts a picture before every request with
it, also if it did so before. What remains: a picture put before an earlier request with the same picture
was submitted, and asked for only after that request ended (on object stores also one put within the
round trip in which it is deleted). Then the worker finds no picture, and the job fails and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.desk import Desk
from tasks.errors import UnknownJob
from tasks.store.store import Store

_BATCH = 200


@dataclass(frozen=True)
class SweptStore:
    """How many pictures were looked at, and deleted; and half-written files that dead processes left."""

    seen: int
    deleted: int
    unfinished: int


def sweep_store(desk: Desk, store: Store, now: datetime, grace: timedelta) -> SweptStore:
    """Delete every picture that nothing needs and that was not put within `grace` before `now`; and drafts,
    wishes, notices and what platforms told, where they are too old.

    Any number of processes may sweep at once, and stop at any time.
    """
    desk.drop_drafts()
    desk.drop_wishes()
    desk.drop_told()
    desk.drop_notices()
    old_before = now - grace
    seen = deleted = 0
    batch: list[str] = []
    for stored in store.stored():
        seen += 1
        if stored.modified < old_before:
            batch.append(stored.key)
        if len(batch) == _BATCH:
            deleted += _delete_needless(desk, store, batch, old_before)
            batch = []
    deleted += _delete_needless(desk, store, batch, old_before)
    return SweptStore(seen, deleted, store.delete_unfinished(old_before))


def drop_inputs(desk: Desk, store: Store, job_id: int) -> int:
    """Delete the pictures that an ended job was made of, unless something else needs them, or they were put
    again since the job was submitted (then they are the sweeper's). Returns how many were deleted.

    A job that goes on needs its pictures itself; of a job that was forgotten there are none.
    """
    try:
        job = desk.job(job_id)
    except UnknownJob:
        return 0
    photos = (job.request.source_key, job.request.reference_key, job.request.mask_key)
    keys = [key for key in photos if key is not None]
    return _delete_needless(desk, store, keys, job.submitted_at)


def drop_pictures(desk: Desk, store: Store, keys: Iterable[str], now: datetime) -> int:
    """Delete pictures that somebody takes back, unless something else needs them, or they were put again
    since `now`. Returns how many were deleted."""
    return _delete_needless(desk, store, list(keys), now)


def _delete_needless(desk: Desk, store: Store, keys: list[str], old_before: datetime) -> int:
    needless = set(keys) - desk.needed_keys(keys)
    return sum(store.delete(key, older_than=old_before) for key in needless)
