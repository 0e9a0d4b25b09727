"""Tables about work: jobs, what they cost, the queue's own state, and what moderators did."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from tasks.db.columns import METADATA, Id, Instant, Text, Word, primary_key
from tasks.records import JobState

jobs = Table(
    "jobs",
    METADATA,
    primary_key(),
    Column("member_id", Id, ForeignKey("members.id"), nullable=False),
    Column("platform", Word, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("control", Word, nullable=False),
    Column("model", Text, nullable=False),
    Column("garment_type", Word),
    Column("source_key", Text, nullable=False),
    Column("reference_key", Text, nullable=False),
    Column("mask_key", Text),
    # A look finds the mask only, and is free.
    Column("look", Boolean, nullable=False, server_default=false()),
    # Of the job that is to follow this one; kept until it was asked for.
    Column("later_key", Text),
    Column("steps", Integer, nullable=False),
    # 9 - priority, so that one index runs one way: the first to serve has the lowest.
    Column("rank", Integer, nullable=False),
    Column("options", JSON, nullable=False),
    Column("address", JSON, nullable=False),
    Column("parent_id", Id, ForeignKey("jobs.id", ondelete="SET NULL"), index=True),
    Column("state", Word, nullable=False, server_default="queued"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("step", Integer, nullable=False, server_default="0"),
    Column("worker", Text),
    Column("fence", BigInteger),
    Column("lease_until", Instant),
    Column("cancel_requested_at", Instant),
    Column("submitted_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("delivered_at", Instant),
    Column("result_key", Text),
    # Keys of what else was kept of its making, by name.
    Column("pictures", JSON(none_as_null=True)),
    Column("error_code", Word),
    UniqueConstraint("platform", "request_id"),
    UniqueConstraint("fence"),
    CheckConstraint("control IN ('tryon', 'pose')", name="control"),
    CheckConstraint("garment_type IN ('upper_body', 'lower_body', 'dresses')", name="garment_type"),
    CheckConstraint("(control = 'tryon') = (garment_type IS NOT NULL)", name="garment_of_tryon"),
    CheckConstraint("state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="state"),
    CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name="ended_at"),
    CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_of_running"),
    CheckConstraint("delivered_at IS NULL OR ended_at IS NOT NULL", name="delivered_at"),
    CheckConstraint("state = 'succeeded' OR result_key IS NULL", name="result_of_succeeded"),
    CheckConstraint("steps >= 1 AND step >= 0 AND attempt >= 0", name="counts"),
    CheckConstraint("rank BETWEEN 0 AND 9", name="rank"),
    Index("ix_jobs_history", "member_id", "id"),
    Index(
        "ix_jobs_queued",
        "member_id",
        "rank",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_jobs_running",
        "member_id",
        "lease_until",
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
    Index(
        "ix_jobs_undelivered",
        "platform",
        "ended_at",
        sqlite_where=text("ended_at IS NOT NULL AND delivered_at IS NULL"),
        postgresql_where=text("ended_at IS NOT NULL AND delivered_at IS NULL"),
    ),
    # An id must never come again: the ledger names jobs by it after they are gone.
    sqlite_autoincrement=True,
)


# Written into the SQL as they are: only so does either database see that a partial index serves.
IS_QUEUED = jobs.c.state == literal_column(f"'{JobState.QUEUED}'")
IS_RUNNING = jobs.c.state == literal_column(f"'{JobState.RUNNING}'")

# Append-only: triggers refuse a delete, and any update but the one that forgets a person.
ledger = Table(
    "ledger",
    METADATA,
    primary_key(),
    Column("business_id", Text, nullable=False, unique=True),
    Column("kind", Word, nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("community_id", Id, ForeignKey("communities.id"), nullable=False),
    Column("purse", Word, nullable=False),
    Column("amount", Integer, nullable=False),
    # When the entry counts: a release counts when its reservation did, so that it cannot give today
    # what was taken yesterday.
    Column("counts_at", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", Id, ForeignKey("accounts.id"), index=True),
    Column("reason", Text),
    CheckConstraint("purse IN ('window', 'bonus')", name="purse"),
    CheckConstraint(
        "(kind = 'reserve' AND amount < 0) OR (kind = 'settle' AND amount = 0)"
        " OR (kind = 'release' AND amount > 0) OR (kind = 'grant' AND amount > 0) OR kind = 'adjust'",
        name="kind",
    ),
    Index("ix_ledger_payer", "account_id", "community_id", "purse", "counts_at", "amount"),
    Index("ix_ledger_pool", "community_id", "counts_at", "kind", "amount"),
)

# A row goes when it was told.
outbox = Table(
    "outbox",
    METADATA,
    primary_key(),
    Column("bell", Word, nullable=False),
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    CheckConstraint("bell IN ('queued', 'cancelling', 'ended')", name="bell"),
    sqlite_autoincrement=True,
)

# One row: the operator's pause, the queue's virtual time, and the last fencing token.
queue = Table(
    "queue",
    METADATA,
    primary_key(),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("clock", BigInteger, nullable=False, server_default="0"),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="one_row"),
)

# Measured seconds of a step (a running mean over successful jobs), for estimates.
speeds = Table(
    "speeds",
    METADATA,
    Column("control", Word, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("step_seconds", Float, nullable=False),
    CheckConstraint("step_seconds >= 0", name="step_seconds"),
)

audit = Table(
    "audit",
    METADATA,
    primary_key(),
    Column("at", Instant, nullable=False),
    Column("actor_id", Id, ForeignKey("accounts.id"), index=True),
    Column("subject_id", Id, ForeignKey("accounts.id"), index=True),
    Column("community_id", Id, ForeignKey("communities.id"), index=True),
    Column("action", Word, nullable=False),
    Column("target", Text, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    # An act is undone once; the undoing is an act too.
    Column("undoes", Id, ForeignKey("audit.id"), unique=True),
)
