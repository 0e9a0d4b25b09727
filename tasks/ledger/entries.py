"""The ledger's entries. What a job costs is reserved with it, and settled or released at its end.

An entry is a signed number of pictures and is never changed. `business_id` says what it is about and is
unique: a job is reserved once (`job:7:reserve`) and ended once (`job:7:end`), whatever happens around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
)

from tasks.db.columns import Instant
from tasks.db.work import ledger

Purse = Literal["window", "bonus"]
WINDOW: Purse = "window"
BONUS: Purse = "bonus"

PICTURE = 1  # what a job costs


@dataclass(frozen=True)
class Payer:
    """A member, as the ledger knows them."""

    account_id: int
    community_id: int


# Inline: its own id is not asked for.
_RESERVE = (
    insert(ledger)
    .values(
        business_id=bindparam("business"),
        kind="reserve",
        account_id=bindparam("account"),
        community_id=bindparam("community"),
        purse=bindparam("from_purse"),
        amount=-PICTURE,
        counts_at=bindparam("now"),
        at=bindparam("now"),
    )
    .inline()
)


def reserve(connection: Connection, job_id: int, payer: Payer, purse: Purse, now: datetime) -> None:
    """Take one picture from the purse, for this job."""
    connection.execute(
        _RESERVE,
        {
            "business": f"job:{job_id}:reserve",
            "account": payer.account_id,
            "community": payer.community_id,
            "from_purse": purse,
            "now": now,
        },
    )


def settle(connection: Connection, job_id: int, now: datetime) -> None:
    """The job succeeded: what was reserved stays taken."""
    _end(connection, job_id, "settle", literal(0), now)


def release(connection: Connection, job_id: int, now: datetime) -> None:
    """The job made no picture: what was reserved goes back to when and where it was taken from."""
    _end(connection, job_id, "release", -ledger.c.amount, now)


def _end(connection: Connection, job_id: int, kind: str, amount: ColumnElement[int], now: datetime) -> None:
    reserved = select(
        literal(f"job:{job_id}:end"),
        literal(kind),
        ledger.c.account_id,
        ledger.c.community_id,
        ledger.c.purse,
        amount,
        ledger.c.counts_at,
        literal(now, Instant),
    ).where(ledger.c.business_id == f"job:{job_id}:reserve")
    columns = ["business_id", "kind", "account_id", "community_id", "purse", "amount", "counts_at", "at"]
    connection.execute(insert(ledger).from_select(columns, reserved))


def post(
    connection: Connection,
    business_id: str,
    kind: Literal["grant", "adjust"],
    payer: Payer,
    purse: Purse,
    amount: int,
    *,
    now: datetime,
    counts_at: datetime,
    actor_id: int | None,
    reason: str,
) -> None:
    """A moderator's entry, at the time that it counts for."""
    connection.execute(
        insert(ledger).values(
            business_id=business_id,
            kind=kind,
            account_id=payer.account_id,
            community_id=payer.community_id,
            purse=purse,
            amount=amount,
            counts_at=counts_at,
            at=now,
            actor_id=actor_id,
            reason=reason,
        )
    )


def used_since(account_id: Any, community_id: Any, since: Any) -> ScalarSelect[int]:
    """Pictures taken from the window's purse since a time (in one statement, with what it stands in)."""
    return (
        select(func.coalesce(-func.sum(ledger.c.amount), 0))
        .where(
            ledger.c.account_id == account_id,
            ledger.c.community_id == community_id,
            ledger.c.purse == WINDOW,
            ledger.c.counts_at >= since,
        )
        .scalar_subquery()
    )


def bonus_left(account_id: Any, community_id: Any) -> ScalarSelect[int]:
    """Pictures left of all that was granted."""
    return (
        select(func.coalesce(func.sum(ledger.c.amount), 0))
        .where(
            ledger.c.account_id == account_id,
            ledger.c.community_id == community_id,
            ledger.c.purse == BONUS,
        )
        .scalar_subquery()
    )


def pool_used_since(community_id: Any, since: Any) -> ScalarSelect[int]:
    """Pictures that a whole community took since a time, from both purses; grants and resets of single
    members do not make the pool larger."""
    return (
        select(func.coalesce(-func.sum(ledger.c.amount), 0))
        .where(
            ledger.c.community_id == community_id,
            ledger.c.counts_at >= since,
            ledger.c.kind.in_(("reserve", "release")),
        )
        .scalar_subquery()
    )


def taken_in_window(
    connection: Connection, payer: Payer, since: datetime, *, only_ended: bool = False
) -> list[tuple[datetime, int]]:
    """When pictures were taken from the window's purse since a time, and how many; oldest first.

    `only_ended` leaves out what is reserved for jobs that are still to end.
    """
    taken = (
        select(ledger.c.counts_at, -func.sum(ledger.c.amount))
        .where(
            ledger.c.account_id == payer.account_id,
            ledger.c.community_id == payer.community_id,
            ledger.c.purse == WINDOW,
            ledger.c.counts_at >= since,
        )
        .group_by(ledger.c.counts_at)
        .order_by(ledger.c.counts_at)
    )
    if only_ended:
        taken = taken.having(_count("reserve") == _count("settle", "release"))
    return [(at, pictures) for at, pictures in connection.execute(taken) if pictures]


def _count(*kinds: str) -> ColumnElement[int]:
    return func.sum(case((ledger.c.kind.in_(kinds), 1), else_=0))
