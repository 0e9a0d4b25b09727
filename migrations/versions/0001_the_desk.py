"""The desk: people, communities, jobs, the ledger, the queue, the audit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite counts rows up only in a column that is called INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970 UTC
TEXT = sa.String(300)
WORD = sa.String(40)

# What an update may do to a ledger entry, and all else it may not: forget who it was about.
KEPT = ("id", "business_id", "kind", "community_id", "purse", "amount", "counts_at", "at")
BLANKED = {"account_id": "0", "actor_id": "0", "reason": "NULL"}


def upgrade() -> None:
    _people()
    _communities()
    _jobs()
    _ledger()
    _audit()
    op.execute("INSERT INTO accounts (id, created_at) VALUES (0, 0)")
    op.execute("INSERT INTO queue (id) VALUES (1)")


def downgrade() -> None:
    if _is_postgresql():
        op.execute("DROP TRIGGER ledger_no_update ON ledger")
        op.execute("DROP TRIGGER ledger_no_delete ON ledger")
        op.execute("DROP FUNCTION ledger_is_append_only()")
    for table in (
        "audit",
        "ledger",
        "speeds",
        "queue",
        "outbox",
        "jobs",
        "bans",
        "role_allowances",
        "members",
        "communities",
        "identities",
        "accounts",
    ):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "identities",
        sa.Column("platform", WORD, nullable=False),
        sa.Column("user_ref", TEXT, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("platform", "user_ref", name="pk_identities"),
        sa.UniqueConstraint("account_id", "platform", name="uq_identities_account_id_platform"),
        _key("identities", "account_id", "accounts", ondelete="CASCADE"),
    )


def _communities() -> None:
    op.create_table(
        "communities",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", WORD, nullable=False),
        sa.Column("ref", TEXT, nullable=False),
        sa.Column("time_zone", WORD),
        sa.Column("quota_window", WORD),
        sa.Column("member_limit", sa.Integer()),
        sa.Column("pool_limit", sa.Integer()),
        sa.Column("cooldown_seconds", sa.Integer()),
        sa.Column("allowed", sa.Boolean()),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("settings", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_communities"),
        sa.UniqueConstraint("platform", "ref", name="uq_communities_platform_ref"),
        _check("communities", "quota_window", "quota_window IN ('daily', 'rolling')"),
        _check("communities", "member_limit", "member_limit >= 0"),
        _check("communities", "pool_limit", "pool_limit >= 0"),
        _check("communities", "cooldown_seconds", "cooldown_seconds >= 0"),
    )
    op.create_table(
        "members",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("member_limit", sa.Integer()),
        sa.Column("weight", sa.Integer()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("served_at", INSTANT, server_default="0", nullable=False),
        sa.Column("stride", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("place", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint("account_id", "community_id", name="uq_members_account_id_community_id"),
        _key("members", "account_id", "accounts"),
        _key("members", "community_id", "communities"),
        _check("members", "member_limit", "member_limit >= 0"),
        _check("members", "weight", "weight BETWEEN 1 AND 100"),
        _check("members", "stride", "stride > 0"),
    )
    op.create_index("ix_members_community_id", "members", ["community_id"])
    _partial_index("ix_members_in_line", "members", ["place", "served_at", "id"], "place IS NOT NULL")
    op.create_table(
        "role_allowances",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("role_ref", TEXT, nullable=False),
        sa.Column("member_limit", sa.Integer()),
        sa.Column("weight", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_role_allowances"),
        sa.UniqueConstraint("community_id", "role_ref", name="uq_role_allowances_community_id_role_ref"),
        _key("role_allowances", "community_id", "communities"),
        _check("role_allowances", "member_limit", "member_limit >= 0"),
        _check("role_allowances", "weight", "weight BETWEEN 1 AND 100"),
    )
    op.create_table(
        "bans",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("identity_hash", TEXT),
        sa.Column("community_id", ID),
        sa.Column("until", INSTANT),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("by_id", ID),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("lifted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bans"),
        _key("bans", "account_id", "accounts"),
        _key("bans", "community_id", "communities"),
        _key("bans", "by_id", "accounts"),
        _check("bans", "hash_of_forgotten", "(account_id = 0) = (identity_hash IS NOT NULL)"),
    )
    op.create_index("ix_bans_account_id", "bans", ["account_id"])
    op.create_index("ix_bans_identity_hash", "bans", ["identity_hash"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("platform", WORD, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("control", WORD, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("garment_type", WORD),
        sa.Column("source_key", TEXT, nullable=False),
        sa.Column("reference_key", TEXT, nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("parent_id", ID),
        sa.Column("state", WORD, server_default="queued", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", TEXT),
        sa.Column("fence", sa.BigInteger()),
        sa.Column("lease_until", INSTANT),
        sa.Column("cancel_requested_at", INSTANT),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("delivered_at", INSTANT),
        sa.Column("result_key", TEXT),
        sa.Column("error_code", WORD),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("platform", "request_id", name="uq_jobs_platform_request_id"),
        sa.UniqueConstraint("fence", name="uq_jobs_fence"),
        _key("jobs", "member_id", "members"),
        _key("jobs", "parent_id", "jobs", ondelete="SET NULL"),
        _check("jobs", "control", "control IN ('tryon', 'pose')"),
        _check("jobs", "garment_type", "garment_type IN ('upper_body', 'lower_body', 'dresses')"),
        _check("jobs", "garment_of_tryon", "(control = 'tryon') = (garment_type IS NOT NULL)"),
        _check("jobs", "state", "state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')"),
        _check("jobs", "ended_at", "(state IN ('queued', 'running')) = (ended_at IS NULL)"),
        _check("jobs", "lease_of_running", "(state = 'running') = (lease_until IS NOT NULL)"),
        _check("jobs", "delivered_at", "delivered_at IS NULL OR ended_at IS NOT NULL"),
        _check("jobs", "result_of_succeeded", "state = 'succeeded' OR result_key IS NULL"),
        _check("jobs", "counts", "steps >= 1 AND step >= 0 AND attempt >= 0"),
        _check("jobs", "rank", "rank BETWEEN 0 AND 9"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_parent_id", "jobs", ["parent_id"])
    op.create_index("ix_jobs_history", "jobs", ["member_id", "id"])
    _partial_index("ix_jobs_queued", "jobs", ["member_id", "rank", "id"], "state = 'queued'")
    _partial_index("ix_jobs_running", "jobs", ["member_id", "lease_until"], "state = 'running'")
    _partial_index(
        "ix_jobs_undelivered",
        "jobs",
        ["platform", "ended_at"],
        "ended_at IS NOT NULL AND delivered_at IS NULL",
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("bell", WORD, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        _key("outbox", "job_id", "jobs", ondelete="CASCADE"),
        _check("outbox", "bell", "bell IN ('queued', 'cancelling', 'ended')"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_job_id", "outbox", ["job_id"])
    op.create_table(
        "queue",
        sa.Column("id", ID, nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("clock", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue"),
        _check("queue", "one_row", "id = 1"),
    )
    op.create_table(
        "speeds",
        sa.Column("control", WORD, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("step_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("control", "model", name="pk_speeds"),
        _check("speeds", "step_seconds", "step_seconds >= 0"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", ID, nullable=False),
        sa.Column("business_id", TEXT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("purse", WORD, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("counts_at", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("reason", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("business_id", name="uq_ledger_business_id"),
        _key("ledger", "account_id", "accounts"),
        _key("ledger", "community_id", "communities"),
        _key("ledger", "actor_id", "accounts"),
        _check("ledger", "purse", "purse IN ('window', 'bonus')"),
        _check(
            "ledger",
            "kind",
            "(kind = 'reserve' AND amount < 0) OR (kind = 'settle' AND amount = 0)"
            " OR (kind = 'release' AND amount > 0) OR (kind = 'grant' AND amount > 0) OR kind = 'adjust'",
        ),
    )
    op.create_index("ix_ledger_actor_id", "ledger", ["actor_id"])
    op.create_index(
        "ix_ledger_payer", "ledger", ["account_id", "community_id", "purse", "counts_at", "amount"]
    )
    op.create_index("ix_ledger_pool", "ledger", ["community_id", "counts_at", "kind", "amount"])
    _guard_ledger()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("subject_id", ID),
        sa.Column("community_id", ID),
        sa.Column("action", WORD, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("undoes", ID),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("undoes", name="uq_audit_undoes"),
        _key("audit", "actor_id", "accounts"),
        _key("audit", "subject_id", "accounts"),
        _key("audit", "community_id", "communities"),
        _key("audit", "undoes", "audit"),
    )
    for column in ("actor_id", "subject_id", "community_id"):
        op.create_index(f"ix_audit_{column}", "audit", [column])


def _guard_ledger() -> None:
    """Triggers: no entry is deleted, and none is changed but to forget a person."""
    same = "IS NOT DISTINCT FROM" if _is_postgresql() else "IS"
    kept = [f"NEW.{column} = OLD.{column}" for column in KEPT]
    blanked = [
        f"(NEW.{column} {same} OLD.{column} OR NEW.{column} {same} {blank})"
        for column, blank in BLANKED.items()
    ]
    changed = f"NOT ({' AND '.join(kept + blanked)})"
    if not _is_postgresql():
        refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        op.execute(f"CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger WHEN {changed} {refuse}")
        op.execute(f"CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger {refuse}")
        return
    op.execute(
        "CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = 'the ledger is append-only'; END $$"
    )
    run = "EXECUTE FUNCTION ledger_is_append_only()"
    op.execute(f"CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger FOR EACH ROW WHEN ({changed}) {run}")
    op.execute(f"CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger FOR EACH ROW {run}")


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _key(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    # op.f: the name is whole, and no convention is to be put around it.
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where: dict[str, Any] = {
        "sqlite_where": sa.text(condition),
        "postgresql_where": sa.text(condition),
    }
    op.create_index(name, table, columns, **where)
