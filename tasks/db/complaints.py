"""Tables about complaints: pictures that somebody reported, and what their owners say to a removal."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, text

from tasks.db.columns import METADATA, Id, Instant, Text, Word, primary_key

_DECIDED = "(verdict IS NULL) = (decided_at IS NULL)"

# Both go with their job, and so with its owner. Of a reporter who was forgotten, only that somebody reported
# stays.
reports = Table(
    "reports",
    METADATA,
    primary_key(),
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reporter_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("verdict", Word),
    Column("decided_by", Id, ForeignKey("accounts.id")),
    Column("decided_at", Instant),
    CheckConstraint("verdict IN ('removed', 'dismissed')", name="verdict"),
    CheckConstraint(_DECIDED, name="decided_at"),
    Index(
        "uq_reports_open",
        "job_id",
        "reporter_id",
        unique=True,
        sqlite_where=text("verdict IS NULL AND reporter_id <> 0"),
        postgresql_where=text("verdict IS NULL AND reporter_id <> 0"),
    ),
    sqlite_autoincrement=True,
)

# One for each job that was removed.
appeals = Table(
    "appeals",
    METADATA,
    primary_key(),
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("verdict", Word),
    Column("decided_by", Id, ForeignKey("accounts.id")),
    Column("decided_at", Instant),
    CheckConstraint("verdict IN ('upheld', 'granted')", name="verdict"),
    CheckConstraint(_DECIDED, name="decided_at"),
    sqlite_autoincrement=True,
)
