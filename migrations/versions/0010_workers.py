"""Workers say that they are there, and what they can make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("resting", sa.Boolean(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("model_bytes", sa.BigInteger()),
        sa.Column("gpu_bytes", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )


def downgrade() -> None:
    op.drop_table("workers")
