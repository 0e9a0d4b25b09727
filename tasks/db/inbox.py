"""The table of what a platform has told a front end."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint, false

from tasks.db.columns import METADATA, Instant, Text, Word, primary_key

# `event` is the platform's id. What was handled leaves its row without contents for a while, so that it is
# known when it is told again.
inbox = Table(
    "inbox",
    METADATA,
    primary_key(),
    Column("platform", Word, nullable=False),
    Column("event", Text, nullable=False),
    Column("body", sa.Text),
    Column("note", Text),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("handled", Boolean, nullable=False, server_default=false()),
    Column("added_at", Instant, nullable=False),
    UniqueConstraint("platform", "event"),
    Index(None, "added_at"),
    sqlite_autoincrement=True,
)
