"""Tables of what people are owed besides the answers of jobs. A row goes when it is owed no longer."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Table

from tasks.db.columns import METADATA, Id, Instant, Text, Word, primary_key

# What a job's owner is still to be told; goes with the job, and so with its owner. An id never comes again:
# by it, a platform knows whether it has told a notice already.
notices = Table(
    "notices",
    METADATA,
    primary_key(),
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("verdict", Word, nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("verdict IN ('removed', 'upheld', 'granted', 'lifted')", name="verdict"),
    sqlite_autoincrement=True,
)

# Messages that a front end has put up for requests which are not at the desk yet. Nobody is named in them.
placeholders = Table(
    "placeholders",
    METADATA,
    Column("platform", Word, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("address", JSON, nullable=False),
    Column("at", Instant, nullable=False),
)
