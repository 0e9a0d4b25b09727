"""Bring a database to a revision of the schema, all of it or nothing."""

from __future__ import annotations

from argparse import Namespace
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script
from sqlalchemy import Connection, Engine

from tasks.db.revisions import known_revisions


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Upgrade to `revision`. Two processes may do so at once: the second finds it done."""
    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to `revision`, or to no tables at all with `base`. What only newer tables held is lost."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)


def start_revision(engine: Engine, message: str) -> Path:
    """Write a new revision with what the tables in the code have and `engine`'s database, at the newest one,
    has not. For developers: somebody must read it before it is used."""
    number = f"{len(known_revisions()) + 1:04}"
    with engine.connect() as connection:
        script = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
    assert isinstance(script, Script)
    return Path(script.path)


def _config(connection: Connection | None = None) -> Config:
    # What Alembic would print is ours to say.
    config = Config(cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(files("migrations")))
    config.attributes["connection"] = connection
    return config
