"""Which revision of the schema a database is at, and which there are. Without Alembic, which every process
would load at its start only to ask this."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Engine, inspect, text

from tasks.db.engine import reading

_TABLE = "alembic_version"


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; `None` when it is empty."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(_TABLE):
            return None
        there: str | None = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar_one_or_none()
        return there


def newest_revision() -> str:
    """The revision that this version of the code works with."""
    return known_revisions()[-1]


def known_revisions() -> list[str]:
    """All revisions that this version of the code knows, oldest first: they are numbered, one file each."""
    scripts = (files("migrations") / "versions").iterdir()
    return sorted(script.name.partition("_")[0] for script in scripts if script.name[:1].isdecimal())
