"""Pictures that moderators blocked: by what they are known again, never the picture."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)
WORD = sa.String(40)


def upgrade() -> None:
    op.create_table(
        "blocked_pictures",
        sa.Column("id", ID, nullable=False),
        sa.Column("exact", TEXT, nullable=False),
        sa.Column("look", WORD),
        sa.Column("community_id", ID),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("by_id", ID),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("lifted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blocked_pictures"),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name="fk_blocked_pictures_community_id"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name="fk_blocked_pictures_by_id"),
    )
    op.create_index("ix_blocked_pictures_exact", "blocked_pictures", ["exact"])


def downgrade() -> None:
    op.drop_table("blocked_pictures")
