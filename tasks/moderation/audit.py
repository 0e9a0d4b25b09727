"""The audit: who did what, when, from what to what, and why. Rows are only added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from tasks.db.people import communities, identities
from tasks.db.work import audit
from tasks.errors import OptionInvalid, UnknownAudit
from tasks.people.names import named
from tasks.records import MAX_TEXT, AuditRow, Person, Place


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
    connection: Connection,
    platform: str | None,
    community_id: int | None,
    limit: int,
    before_id: int | None,
    target: str | None = None,
) -> list[AuditRow]:
    """Newest first; of one community and one target, or, with `None`, of all.

    People are named as on `platform`, or, with `None`, by any name.
    """
    later, actor, subject = audit.alias("later"), identities.alias("actor"), identities.alias("subject")
    rows = (
        select(
            audit,
            later.c.id.label("undone_by"),
            actor.c.platform.label("actor_platform"),
            actor.c.user_ref.label("actor_ref"),
            subject.c.platform.label("subject_platform"),
            subject.c.user_ref.label("subject_ref"),
            communities.c.platform.label("place_platform"),
            communities.c.ref.label("place_ref"),
        )
        .select_from(audit)
        .join(actor, named(actor, audit.c.actor_id, platform), isouter=True)
        .join(subject, named(subject, audit.c.subject_id, platform), isouter=True)
        .join(communities, communities.c.id == audit.c.community_id, isouter=True)
        .join(later, later.c.undoes == audit.c.id, isouter=True)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    if community_id is not None:
        rows = rows.where(audit.c.community_id == community_id)
    if target is not None:
        rows = rows.where(audit.c.target == target)
    if before_id is not None:
        rows = rows.where(audit.c.id < before_id)
    return [
        AuditRow(
            id=row["id"],
            at=row["at"],
            actor=_person(row["actor_platform"], row["actor_ref"]),
            action=row["action"],
            target=row["target"],
            before=row["before"],
            after=row["after"],
            reason=row["reason"],
            undoes=row["undoes"],
            undone_by=row["undone_by"],
            subject=_person(row["subject_platform"], row["subject_ref"]),
            place=None if row["place_ref"] is None else Place(row["place_platform"], row["place_ref"]),
            by_operator=row["actor_id"] is None,
        )
        for row in connection.execute(rows).mappings()
    ]


def _person(platform: str | None, user: str | None) -> Person | None:
    return None if platform is None or user is None else Person(platform, user)
