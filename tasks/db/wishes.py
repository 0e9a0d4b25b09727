"""The table of what people asked for, and cannot have yet."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table

from tasks.db.columns import METADATA, Instant, Text

# Nobody is named in it: `mark` is a keyed hash, and `words` are sealed.
wishes = Table(
    "wishes",
    METADATA,
    Column("mark", String(64), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("words", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
)
