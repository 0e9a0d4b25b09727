"""Bans: everywhere or in one community, for good or until a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select

from config.settings import Settings
from tasks.db.people import accounts, bans
from tasks.errors import BannedAlready, OptionInvalid, WrongState
from tasks.moderation.audit import Act
from tasks.moderation.changes import change

# Bans are counted in days: said once more, the same ban ends a little later only.
_SAME_END = timedelta(hours=1)


def ban(connection: Connection, act: Act, until: datetime | None, settings: Settings) -> int:
    """Ban the act's subject in the act's community, or everywhere where it has none.

    Their queued jobs there are cancelled, free. Where they are banned so already, the ban's end and, where
    one is given, its reason are changed. Returns the id of the audit row. Raises `BannedAlready` if neither
    would be another one, `OptionInvalid`.
    """
    if until is not None and until <= act.now:
        raise OptionInvalid("a ban ends in the future")
    if (held := _in_force(connection, act)) is not None:
        return _change_ban(connection, act, held, until, settings)
    ban_id = connection.execute(
        insert(bans)
        .values(
            account_id=act.subject_id,
            community_id=act.community_id,
            until=until,
            reason=act.reason,
            by_id=act.actor_id,
            at=act.now,
            lifted=True,
        )
        .returning(bans.c.id)
    ).scalar_one()
    return change(connection, act, "ban", f"ban:{ban_id}", {"lifted": False}, settings)


def _change_ban(
    connection: Connection, act: Act, ban_id: int, until: datetime | None, settings: Settings
) -> int:
    row = connection.execute(select(bans.c.until, bans.c.reason).where(bans.c.id == ban_id)).one()
    after: dict[str, object] = {}
    if not _same_end(until, row.until):
        after["until"] = until
    if act.reason not in ("", row.reason):
        after["reason"] = act.reason
    if not after:
        raise BannedAlready("banned already, for the same reason and as long")
    return change(connection, act, "ban_changed", f"ban:{ban_id}", after, settings)


def _same_end(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < _SAME_END


def unban(connection: Connection, act: Act, settings: Settings) -> int:
    """Lift the ban that `ban` made. Returns the id of the audit row. Raises `WrongState` if there is none."""
    if (ban_id := _in_force(connection, act)) is None:
        raise WrongState("not banned")
    return change(connection, act, "unban", f"ban:{ban_id}", {"lifted": True}, settings)


def in_force(connection: Connection, account_id: int, community_id: int | None, now: datetime) -> int | None:
    """The ban that holds for an account in a community, or (`None`) everywhere."""
    return connection.execute(
        select(bans.c.id).where(
            bans.c.account_id == account_id,
            bans.c.community_id.is_not_distinct_from(community_id),
            bans.c.lifted.is_(False),
            or_(bans.c.until.is_(None), bans.c.until > now),
        )
    ).scalar_one_or_none()


def _in_force(connection: Connection, act: Act) -> int | None:
    # The account is locked, so that two moderators do not ban twice.
    connection.execute(
        select(accounts.c.id).where(accounts.c.id == act.subject_id).with_for_update(key_share=True)
    )
    assert act.subject_id is not None
    return in_force(connection, act.subject_id, act.community_id, act.now)
