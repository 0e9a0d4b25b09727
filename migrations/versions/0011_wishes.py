"""What people asked for, and cannot have yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)


def upgrade() -> None:
    op.create_table(
        "wishes",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("mark", "name", name="pk_wishes"),
    )
    op.create_index("ix_wishes_at", "wishes", ["at"])


def downgrade() -> None:
    op.drop_table("wishes")
