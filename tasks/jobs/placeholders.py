"""Messages that say that a request is looked at, before it is at the desk: whoever dies over it leaves the
message behind, and the next process finds it here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from tasks.db.owed import placeholders
from tasks.db.work import jobs
from tasks.records import Scalar


def keep_placeholders(
    connection: Connection,
    platform: str,
    put_up: Mapping[str, Mapping[str, Scalar]],
    settled: Collection[str],
    now: datetime,
) -> None:
    """`put_up`: addresses by the platform's ids of the requests, in place of those that were known.
    `settled`: ids of requests that are at the desk, or were refused."""
    if put_up:
        _drop(connection, platform, put_up)
        rows = [
            {"platform": platform, "request_id": request_id, "address": dict(address), "at": now}
            for request_id, address in put_up.items()
        ]
        connection.execute(insert(placeholders), rows)
    if settled:
        _drop(connection, platform, settled)


def _drop(connection: Connection, platform: str, request_ids: Collection[str]) -> None:
    connection.execute(
        delete(placeholders).where(
            placeholders.c.platform == platform, placeholders.c.request_id.in_(request_ids)
        )
    )


def left_placeholders(
    connection: Connection, platform: str, before: datetime
) -> Mapping[str, Mapping[str, Scalar]]:
    """Those put up before that moment whose requests never came to the desk; the others are settled by
    this."""
    connection.execute(
        delete(placeholders).where(
            placeholders.c.platform == platform,
            select(jobs.c.id)
            .where(jobs.c.platform == platform, jobs.c.request_id == placeholders.c.request_id)
            .exists(),
        )
    )
    left = select(placeholders.c.request_id, placeholders.c.address).where(
        placeholders.c.platform == platform, placeholders.c.at < before
    )
    return {row.request_id: row.address for row in connection.execute(left.order_by(placeholders.c.at))}
