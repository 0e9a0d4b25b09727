"""Undoing an act; the undoing is an act itself, and can be undone."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, select

from config.settings import Settings
from tasks.db.work import audit
from tasks.errors import WrongState
from tasks.moderation.audit import Act, find_audit
from tasks.moderation.changes import TABLES, change
from tasks.moderation.gifts import LEDGER, take_back


def undo(connection: Connection, act: Act, audit_id: int, settings: Settings) -> int:
    """Put back what an act changed. Returns the id of the new audit row.

    Raises `UnknownAudit`, and `WrongState` where it was undone before, was changed again since, or
    cannot be undone (a cancelled job, a removed picture).
    """
    row = find_audit(connection, audit_id)
    if connection.execute(select(audit.c.id).where(audit.c.undoes == audit_id)).first() is not None:
        raise WrongState(f"act {audit_id} was undone already")
    act = replace(act, subject_id=row["subject_id"], community_id=row["community_id"])
    kind = row["target"].split(":")[0]
    if kind == LEDGER:
        return take_back(connection, act, row, settings)
    if kind in TABLES:
        return change(
            connection,
            act,
            "undo",
            row["target"],
            row["before"],
            settings,
            only_from=row["after"],
            undoes=audit_id,
        )
    raise WrongState(f"a {row['action']} cannot be undone")
