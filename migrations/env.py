"""How Alembic runs here: one transaction for all revisions, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from config.settings import load_settings
from tasks.db.engine import open_engine
from tasks.db.tables import METADATA

# Any number will do, as long as all processes of this house use the same.
_LOCK = 0x61D1
_SQLITE = "sqlite"


def migrate(connection: Connection) -> None:
    """Run what the command asked for on this connection, which has no transaction yet."""
    sqlite = connection.dialect.name == _SQLITE
    if sqlite:
        # A table that is rebuilt is dropped on the way, and must not take its neighbours' rows with it.
        _set_foreign_keys(connection, on=False)
        connection.execution_options(giydir_writes=True)
    with connection.begin():
        # In a transaction that is open already, Alembic opens none of its own: all revisions, or none.
        context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.run_migrations()
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise RuntimeError(f"the migration would leave {len(broken)} rows without what they refer to")
    if sqlite:
        _set_foreign_keys(connection, on=True)


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    # Outside of a transaction, where alone SQLite listens to it.
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


if (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    with open_engine(load_settings().database_url.get_secret_value()).connect() as opened:
        migrate(opened)
