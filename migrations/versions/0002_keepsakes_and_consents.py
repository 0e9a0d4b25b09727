"""Consents, the wardrobe, saved person photos, and the language a person likes to be spoken to in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)
WORD = sa.String(40)


def upgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("locale", WORD))
    op.create_table(
        "consents",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("version", WORD, nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        _account("consents"),
        sa.CheckConstraint("revoked_at >= given_at", name=op.f("ck_consents_revoked_at")),
    )
    op.create_index("ix_consents_account_id", "consents", ["account_id"])
    op.create_index(
        "uq_consents_in_force",
        "consents",
        ["account_id", "version"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "wardrobe_items",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("garment_type", WORD, nullable=False),
        sa.Column("store_key", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wardrobe_items"),
        sa.UniqueConstraint("account_id", "name", name="uq_wardrobe_items_account_id_name"),
        _account("wardrobe_items"),
        sa.CheckConstraint(
            "garment_type IN ('upper_body', 'lower_body', 'dresses')",
            name=op.f("ck_wardrobe_items_garment_type"),
        ),
    )
    op.create_table(
        "saved_photos",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("store_key", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_photos"),
        sa.UniqueConstraint("account_id", "name", name="uq_saved_photos_account_id_name"),
        _account("saved_photos"),
    )


def downgrade() -> None:
    for table in ("saved_photos", "wardrobe_items", "consents"):
        op.drop_table(table)
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("locale")


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=f"fk_{table}_account_id", ondelete="CASCADE"
    )
