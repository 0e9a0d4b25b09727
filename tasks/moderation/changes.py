"""Changes to rows, each written into the audit with what was before, so that it can be undone.

A target names a row (`member:7`), and only the columns listed here can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Table, select, update

from config.settings import Settings
from tasks.db.people import bans, blocked_pictures, communities, members, role_allowances
from tasks.db.work import queue
from tasks.errors import OptionInvalid, WrongState
from tasks.jobs.cancel import cancel_queued
from tasks.moderation.audit import Act, record
from tasks.people.turns import set_place, stride_of
from tasks.records import MAX_COOLDOWN, MAX_PICTURES, MAX_RESULT_HOURS, MAX_WEIGHT, Window

TABLES: dict[str, Table] = {
    "member": members,
    "community": communities,
    "role": role_allowances,
    "ban": bans,
    "blocked": blocked_pictures,
    "queue": queue,
}
# Kept in the audit as text, since it is JSON.
_MOMENTS = {"until"}
_RANGES = {
    "member_limit": (0, MAX_PICTURES),
    "pool_limit": (0, MAX_PICTURES),
    "cooldown_seconds": (0, MAX_COOLDOWN),
    "result_hours": (1, MAX_RESULT_HOURS),
    "weight": (1, MAX_WEIGHT),
}


def change(
    connection: Connection,
    act: Act,
    action: str,
    target: str,
    after: Mapping[str, Any],
    settings: Settings,
    *,
    only_from: Mapping[str, Any] | None = None,
    undoes: int | None = None,
) -> int:
    """Change a row's columns to `after`, with all that follows from it. Returns the id of the audit row.

    `only_from`: what columns must hold now. Raises `OptionInvalid`, `WrongState`.
    """
    after = _from_audit(after)
    for name, value in after.items():
        _check(name, value)
    kind, row_id = target.split(":")
    table = TABLES[kind]
    row = (
        connection.execute(select(table).where(table.c.id == int(row_id)).with_for_update(key_share=True))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise WrongState(f"{target} is there no more")
    before = {name: row[name] for name in after}
    if only_from is not None and any(before[name] != value for name, value in _from_audit(only_from).items()):
        raise WrongState(f"{target} was changed again since")
    connection.execute(update(table).where(table.c.id == row["id"]).values(**after))
    _follow(connection, act, kind, row["id"], after, settings)
    return record(connection, act, action, target, _for_audit(before), _for_audit(after), undoes)


def _for_audit(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in values.items()}


def _from_audit(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(one) if name in _MOMENTS and isinstance(one, str) else one
        for name, one in values.items()
    }


def _follow(
    connection: Connection, act: Act, kind: str, row_id: int, after: Mapping[str, Any], settings: Settings
) -> None:
    """What a change means for the queue."""
    if kind == "community" and "paused" in after:
        set_place(connection, members.c.community_id == row_id, settings.running_per_member)
    if kind == "member" and after.get("weight") is not None:
        connection.execute(
            update(members).where(members.c.id == row_id).values(stride=stride_of(after["weight"]))
        )
    if kind == "ban" and after.get("lifted") is False:
        banned = members.c.account_id == act.subject_id
        if act.community_id is not None:
            banned &= members.c.community_id == act.community_id
        cancel_queued(connection, banned, settings, act.now)


def _check(name: str, value: Any) -> None:
    if value is None:
        return
    if name in _RANGES:
        low, high = _RANGES[name]
        if not low <= value <= high:
            raise OptionInvalid(f"{name} must be {low} to {high}")
    if name == "quota_window" and value not in list(Window):
        raise OptionInvalid(f"the window must be one of {', '.join(Window)}")
    if name == "time_zone":
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise OptionInvalid("the time zone must be a name such as Europe/Istanbul") from None
