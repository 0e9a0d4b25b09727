"""Ids of people, and of what hangs on them, never come again on SQLite either, as on PostgreSQL.

The store names an owner by their account, the audit names rows by their ids, and buttons name what was saved:
none of them may ever mean somebody else.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("accounts", "members", "bans", "wardrobe_items", "saved_photos")


def upgrade() -> None:
    _rebuild(autoincrement=True)


def downgrade() -> None:
    _rebuild(autoincrement=False)


def _rebuild(*, autoincrement: bool) -> None:
    if op.get_context().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": autoincrement}
        ):
            pass
