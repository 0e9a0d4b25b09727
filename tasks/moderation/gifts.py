"""Pictures given, forgiven and taken back: entries in the ledger, never changes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from config.settings import Settings
from tasks.db.people import FORGOTTEN, communities, identities, members
from tasks.db.work import audit, ledger
from tasks.errors import OptionInvalid, WrongState
from tasks.ledger.entries import BONUS, WINDOW, Payer, Purse, post, taken_in_window
from tasks.moderation.audit import Act, record
from tasks.people.enrol import payer_of
from tasks.people.turns import lock_member
from tasks.quota.situation import Situation, look_up
from tasks.records import MAX_PICTURES, Asker

LEDGER = "ledger"


def grant(connection: Connection, act: Act, member_id: int, pictures: int, request_id: str) -> int:
    """Give pictures on top of any limit, kept until used. Returns the id of the audit row.

    The same `request_id` again gives nothing more. Raises `OptionInvalid`.
    """
    if not 1 <= pictures <= MAX_PICTURES:
        raise OptionInvalid(f"a grant must be 1 to {MAX_PICTURES} pictures")
    lock_member(connection, member_id)
    key = f"grant:{request_id}"
    given = select(audit.c.id).where(audit.c.target == f"{LEDGER}:{key}", audit.c.undoes.is_(None))
    if (audit_id := connection.execute(given).scalar_one_or_none()) is not None:
        return int(audit_id)
    entry = _Entry(BONUS, pictures, act.now)
    return _write(connection, act, "grant", key, payer_of(connection, member_id), [entry])


def reset(connection: Connection, act: Act, situation: Situation, roles: Sequence[str]) -> int:
    """Forgive what was used of the limit in this window; jobs that are still to end go on counting.

    The caller holds the member's lock. `roles` are what the limit was looked up with, kept for the undoing.
    Returns the id of the audit row.
    """
    taken = taken_in_window(connection, situation.payer, situation.span.start, only_ended=True)
    entries = [_Entry(WINDOW, pictures, at) for at, pictures in taken]
    # A member is reset at most once at a time: they are locked.
    key = f"reset:{situation.member_id}:{act.now.isoformat()}"
    return _write(connection, act, "reset", key, situation.payer, entries, roles=roles)


def take_back(connection: Connection, act: Act, row: RowMapping, settings: Settings) -> int:
    """Undo a grant, a reset, or such an undoing; of what was given, no more than is left is taken back."""
    key = str(row["target"]).removeprefix(f"{LEDGER}:")
    businesses = [f"{key}:{number}" for number in range(row["after"]["entries"])]
    written = (
        connection.execute(
            select(ledger).where(ledger.c.business_id.in_(businesses)).order_by(ledger.c.counts_at.desc())
        )
        .mappings()
        .all()
    )
    if not written or written[0]["account_id"] == FORGOTTEN:
        raise WrongState("whom it was about has been forgotten")
    payer = Payer(written[0]["account_id"], written[0]["community_id"])
    roles = tuple(row["after"].get("roles", ()))
    left = _left(connection, payer, written[0]["purse"], roles, settings, act.now)
    entries = []
    for entry in written:
        amount = -min(entry["amount"], left)
        left += amount
        entries.append(_Entry(entry["purse"], amount, entry["counts_at"]))
    entries = [entry for entry in entries if entry.amount]
    return _write(connection, act, "undo", f"undo:{row['id']}", payer, entries, row["id"], roles)


@dataclass(frozen=True)
class _Entry:
    purse: Purse
    amount: int
    counts_at: datetime


def _write(
    connection: Connection,
    act: Act,
    action: str,
    key: str,
    payer: Payer,
    entries: list[_Entry],
    undoes: int | None = None,
    roles: Sequence[str] = (),
) -> int:
    for number, entry in enumerate(entries):
        post(
            connection,
            f"{key}:{number}",
            "grant" if action == "grant" else "adjust",
            payer,
            entry.purse,
            entry.amount,
            now=act.now,
            counts_at=entry.counts_at,
            actor_id=act.actor_id,
            reason=act.reason,
        )
    after: dict[str, Any] = {"pictures": sum(entry.amount for entry in entries), "entries": len(entries)}
    if roles:
        after["roles"] = list(roles)
    return record(connection, act, action, f"{LEDGER}:{key}", {}, after, undoes)


def _left(
    connection: Connection,
    payer: Payer,
    purse: Purse,
    roles: tuple[str, ...],
    settings: Settings,
    now: datetime,
) -> int:
    """What a purse still holds by these roles; locks the member."""
    name = connection.execute(
        select(communities.c.platform, communities.c.ref, identities.c.user_ref)
        .join_from(communities, members, members.c.community_id == communities.c.id)
        .join(
            identities,
            (identities.c.account_id == members.c.account_id)
            & (identities.c.platform == communities.c.platform),
        )
        .where(members.c.account_id == payer.account_id, communities.c.id == payer.community_id)
    ).one()
    situation = look_up(connection, Asker(*name, roles), settings, lambda: now, lock=True)
    assert situation is not None
    if purse == BONUS:
        return situation.bonus
    return max(0, situation.limit.pictures - situation.used)
