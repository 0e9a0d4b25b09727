"""Photos that wait for their other half; a job's picture that only the job after it reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)
WORD = sa.String(40)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("later_key", TEXT))
    op.create_table(
        "drafts",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("store_key", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("album", TEXT),
        sa.Column("kind", WORD),
        sa.Column("caption", sa.String(1024)),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("taken", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint(
            "account_id", "community_id", "message", name="uq_drafts_account_id_community_id_message"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_drafts_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["community_id"], ["communities.id"], name="fk_drafts_community_id"),
        sa.CheckConstraint("kind IN ('person', 'garment')", name=op.f("ck_drafts_kind")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("drafts")
    op.drop_column("jobs", "later_key")
