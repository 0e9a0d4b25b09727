"""Notices that are owed; messages that were put up for requests which are not at the desk yet; what kind of
garment waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)
WORD = sa.String(40)


def upgrade() -> None:
    # With its check, which neither database lets be added afterwards without building the table anew.
    op.execute(
        "ALTER TABLE drafts ADD COLUMN garment_type VARCHAR(40)"
        " CONSTRAINT ck_drafts_garment_type CHECK (garment_type IN ('upper_body', 'lower_body', 'dresses'))"
    )
    op.create_table(
        "notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("verdict", WORD, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_notices_job_id", ondelete="CASCADE"),
        sa.CheckConstraint(
            "verdict IN ('removed', 'upheld', 'granted', 'lifted')", name=op.f("ck_notices_verdict")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notices_job_id", "notices", ["job_id"])
    op.create_table(
        "placeholders",
        sa.Column("platform", WORD, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "request_id", name="pk_placeholders"),
    )


def downgrade() -> None:
    for table in ("placeholders", "notices"):
        op.drop_table(table)
    op.drop_column("drafts", "garment_type")
