"""Tables about people: who they are, where, and what they may do."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    text,
)

from tasks.db.columns import METADATA, Id, Instant, Text, Word, primary_key

# The account that stands for everybody who was forgotten; made by the first migration.
FORGOTTEN = 0

# Where rows can be deleted whose ids the store, the audit or buttons name, no id ever comes again
# (`sqlite_autoincrement`; PostgreSQL counts so by itself).

# A person, across platforms.
accounts = Table(
    "accounts",
    METADATA,
    primary_key(),
    Column("created_at", Instant, nullable=False),
    Column("locale", Word),
    # Whether their photos stay for a while after a picture, for another go.
    Column("keep_inputs", Boolean, nullable=False, server_default=false()),
    sqlite_autoincrement=True,
)

# How a platform names a person; one name a platform.
identities = Table(
    "identities",
    METADATA,
    Column("platform", Word, primary_key=True),
    Column("user_ref", Text, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    UniqueConstraint("account_id", "platform"),
)

# Where a setting is null, the operator's own holds.
communities = Table(
    "communities",
    METADATA,
    primary_key(),
    Column("platform", Word, nullable=False),
    Column("ref", Text, nullable=False),
    Column("time_zone", Word),
    Column("quota_window", Word),
    Column("member_limit", Integer),
    Column("pool_limit", Integer),
    Column("cooldown_seconds", Integer),
    Column("allowed", Boolean),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("created_at", Instant, nullable=False),
    Column("result_hours", Integer),
    UniqueConstraint("platform", "ref"),
    CheckConstraint("quota_window IN ('daily', 'rolling')", name="quota_window"),
    CheckConstraint("member_limit >= 0", name="member_limit"),
    CheckConstraint("pool_limit >= 0", name="pool_limit"),
    CheckConstraint("cooldown_seconds >= 0", name="cooldown_seconds"),
    CheckConstraint("result_hours >= 1", name="result_hours"),
)

# An account in a community. Its row is also the member's place in the queue (see `tasks.jobs.queue`).
members = Table(
    "members",
    METADATA,
    primary_key(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("community_id", Id, ForeignKey("communities.id"), nullable=False, index=True),
    Column("member_limit", Integer),
    Column("weight", Integer),
    Column("created_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("served_at", Instant, nullable=False, server_default="0"),
    Column("stride", BigInteger, nullable=False),
    Column("spent", BigInteger, nullable=False, server_default="0"),
    Column("place", BigInteger),
    UniqueConstraint("account_id", "community_id"),
    CheckConstraint("member_limit >= 0", name="member_limit"),
    CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    CheckConstraint("stride > 0", name="stride"),
    Index(
        "ix_members_in_line",
        "place",
        "served_at",
        "id",
        sqlite_where=text("place IS NOT NULL"),
        postgresql_where=text("place IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

role_allowances = Table(
    "role_allowances",
    METADATA,
    primary_key(),
    Column("community_id", Id, ForeignKey("communities.id"), nullable=False),
    Column("role_ref", Text, nullable=False),
    Column("member_limit", Integer),
    Column("weight", Integer),
    UniqueConstraint("community_id", "role_ref"),
    CheckConstraint("member_limit >= 0", name="member_limit"),
    CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
)

# Everywhere, where community_id is null. A forgotten person's ban belongs to FORGOTTEN and keeps a keyed
# hash of how the platform named them, by which it finds them again.
bans = Table(
    "bans",
    METADATA,
    primary_key(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("identity_hash", Text, index=True),
    Column("community_id", Id, ForeignKey("communities.id")),
    Column("until", Instant),
    Column("reason", Text, nullable=False),
    Column("by_id", Id, ForeignKey("accounts.id")),
    Column("at", Instant, nullable=False),
    Column("lifted", Boolean, nullable=False, server_default=false()),
    CheckConstraint("(account_id = 0) = (identity_hash IS NOT NULL)", name="hash_of_forgotten"),
    sqlite_autoincrement=True,
)

# Everywhere, where community_id is null. `exact` is a keyed hash of the file, `look` what it looks like
# (see `tasks.screening.fingerprint`); the picture itself is not kept.
blocked_pictures = Table(
    "blocked_pictures",
    METADATA,
    primary_key(),
    Column("exact", Text, nullable=False, index=True),
    Column("look", Word),
    Column("community_id", Id, ForeignKey("communities.id")),
    Column("reason", Text, nullable=False),
    Column("by_id", Id, ForeignKey("accounts.id")),
    Column("at", Instant, nullable=False),
    Column("lifted", Boolean, nullable=False, server_default=false()),
)

consents = Table(
    "consents",
    METADATA,
    primary_key(),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version", Word, nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    CheckConstraint("revoked_at >= given_at", name="revoked_at"),
    Index(
        "uq_consents_in_force",
        "account_id",
        "version",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

# Garments somebody keeps; the picture is in the store, under store_key.
wardrobe_items = Table(
    "wardrobe_items",
    METADATA,
    primary_key(),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("garment_type", Word, nullable=False),
    Column("store_key", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("account_id", "name"),
    CheckConstraint("garment_type IN ('upper_body', 'lower_body', 'dresses')", name="garment_type"),
    sqlite_autoincrement=True,
)

saved_photos = Table(
    "saved_photos",
    METADATA,
    primary_key(),
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("store_key", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("account_id", "name"),
    sqlite_autoincrement=True,
)
