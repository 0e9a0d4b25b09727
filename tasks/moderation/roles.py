"""Roles of a community that have an allowance."""

from __future__ import annotations

from sqlalchemy import Connection, select

from tasks.db.insert import insert_unless_there
from tasks.db.people import role_allowances


def enrol_role(connection: Connection, community_id: int, role: str) -> int:
    """The role's row, made if need be; one that allows nothing says nothing."""
    values = {"community_id": community_id, "role_ref": role}
    insert_unless_there(connection, role_allowances, values)
    return int(connection.execute(select(role_allowances.c.id).filter_by(**values)).scalar_one())
