"""Reports and appeals; whether a person's photos stay for a while; how long a community keeps pictures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)
WORD = sa.String(40)


def upgrade() -> None:
    op.add_column(
        "accounts", sa.Column("keep_inputs", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    # With its check, which neither database lets be added afterwards without building the table anew or a
    # second look at all rows.
    op.execute(
        "ALTER TABLE communities ADD COLUMN result_hours INTEGER"
        " CONSTRAINT ck_communities_result_hours CHECK (result_hours >= 1)"
    )
    op.create_table(
        "reports",
        sa.Column("id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("reporter_id", ID, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *_decision(),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        *_references("reports"),
        sa.ForeignKeyConstraint(["reporter_id"], ["accounts.id"], name="fk_reports_reporter_id"),
        *_checks("reports", "'removed', 'dismissed'"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_job_id", "reports", ["job_id"])
    op.create_index("ix_reports_reporter_id", "reports", ["reporter_id"])
    open_ones = sa.text("verdict IS NULL AND reporter_id <> 0")
    op.create_index(
        "uq_reports_open",
        "reports",
        ["job_id", "reporter_id"],
        unique=True,
        sqlite_where=open_ones,
        postgresql_where=open_ones,
    )
    op.create_table(
        "appeals",
        sa.Column("id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *_decision(),
        sa.PrimaryKeyConstraint("id", name="pk_appeals"),
        sa.UniqueConstraint("job_id", name="uq_appeals_job_id"),
        *_references("appeals"),
        *_checks("appeals", "'upheld', 'granted'"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("appeals", "reports"):
        op.drop_table(table)
    op.drop_column("communities", "result_hours")
    op.drop_column("accounts", "keep_inputs")


def _decision() -> list[sa.Column[int] | sa.Column[str]]:
    return [sa.Column("verdict", WORD), sa.Column("decided_by", ID), sa.Column("decided_at", INSTANT)]


def _references(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=f"fk_{table}_job_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=f"fk_{table}_decided_by"),
    ]


def _checks(table: str, verdicts: str) -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(f"verdict IN ({verdicts})", name=op.f(f"ck_{table}_verdict")),
        sa.CheckConstraint("(verdict IS NULL) = (decided_at IS NULL)", name=op.f(f"ck_{table}_decided_at")),
    ]
