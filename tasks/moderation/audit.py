"""The audit: who did what, when, from what to what, and why. Rows are only added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from tasks.db.people import identities
from tasks.db.work import audit
from tasks.errors import OptionInvalid, UnknownAudit
from tasks.records import MAX_TEXT, AuditRow, Person


@dataclass(frozen=True)
class Act:
    """What is to be written about an act, but for what it changed. `actor_id` is `None` for the operator."""

    actor_id: int | None
    reason: str
    now: datetime
    subject_id: int | None = None
    community_id: int | None = None

    def __post_init__(self) -> None:
        if len(self.reason) > MAX_TEXT:
            raise OptionInvalid(f"a reason has at most {MAX_TEXT} characters")


def record(
    connection: Connection,
    act: Act,
    action: str,
    target: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    undoes: int | None = None,
) -> int:
    """Add a row and return its id."""
    return int(
        connection.execute(
            insert(audit)
            .values(
                at=act.now,
                actor_id=act.actor_id,
                subject_id=act.subject_id,
                community_id=act.community_id,
                action=action,
                target=target,
                before=dict(before),
                after=dict(after),
                reason=act.reason,
                undoes=undoes,
            )
            .returning(audit.c.id)
        ).scalar_one()
    )


def find_audit(connection: Connection, audit_id: int) -> RowMapping:
    """The row, locked so that it is undone by one only. Raises `UnknownAudit`."""
    row = (
        connection.execute(select(audit).where(audit.c.id == audit_id).with_for_update(key_share=True))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise UnknownAudit(f"no audit row {audit_id}")
    return row


def read_audit(
    connection: Connection, platform: str, community_id: int | None, limit: int, before_id: int | None
) -> list[AuditRow]:
    """Newest first; of one community, or, with `None`, of all. Actors are named as on `platform`."""
    later = audit.alias("later")
    rows = (
        select(audit, identities.c.user_ref, later.c.id.label("undone_by"))
        .join(
            identities,
            (identities.c.account_id == audit.c.actor_id) & (identities.c.platform == platform),
            isouter=True,
        )
        .join(later, later.c.undoes == audit.c.id, isouter=True)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if community_id is not None:
        rows = rows.where(audit.c.community_id == community_id)
    if before_id is not None:
        rows = rows.where(audit.c.id < before_id)
    return [
        AuditRow(
            id=row["id"],
            at=row["at"],
            actor=None if row["user_ref"] is None else Person(platform, row["user_ref"]),
            action=row["action"],
            target=row["target"],
            before=row["before"],
            after=row["after"],
            reason=row["reason"],
            undoes=row["undoes"],
            undone_by=row["undone_by"],
        )
        for row in connection.execute(rows).mappings()
    ]
