"""Jobs may bring a mask, may only look for one, and may keep pictures of how their picture was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.String(300)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("mask_key", TEXT))
    op.add_column("jobs", sa.Column("look", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("jobs", sa.Column("pictures", sa.JSON()))


def downgrade() -> None:
    for column in ("pictures", "look", "mask_key"):
        op.drop_column("jobs", column)
