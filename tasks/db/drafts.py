"""The table of photos that wait for their other half."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, String, Table, UniqueConstraint, false

from tasks.db.columns import METADATA, Id, Instant, Text, Word, primary_key
from tasks.records import MAX_CAPTION

# `message` is the platform's id. A row stays for some minutes after it was taken, so that the same message,
# told again, is not another photo.
drafts = Table(
    "drafts",
    METADATA,
    primary_key(),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("community_id", Id, ForeignKey("communities.id"), nullable=False),
    Column("store_key", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("album", Text),
    Column("kind", Word),
    Column("garment_type", Word),
    Column("caption", String(MAX_CAPTION)),
    Column("added_at", Instant, nullable=False),
    Column("taken", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("account_id", "community_id", "message"),
    CheckConstraint("kind IN ('person', 'garment')", name="kind"),
    CheckConstraint("garment_type IN ('upper_body', 'lower_body', 'dresses')", name="garment_type"),
    sqlite_autoincrement=True,
)
