"""What a platform has told a front end, until it is handled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", WORD, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("note", TEXT),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("handled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("platform", "event", name="uq_inbox_platform_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_added_at", "inbox", ["added_at"])


def downgrade() -> None:
    op.drop_table("inbox")
