"""The table of workers: what each says of itself every few seconds, for whoever looks after them.

Nothing is decided by it. That a job is in somebody's hands is said by the job's lease alone.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, Table

from tasks.db.columns import METADATA, Instant, Text

workers = Table(
    "workers",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("resting", Boolean, nullable=False),
    Column("models", JSON, nullable=False),
    Column("served", Integer, nullable=False),
    Column("model_bytes", BigInteger),
    Column("gpu_bytes", BigInteger),
)
