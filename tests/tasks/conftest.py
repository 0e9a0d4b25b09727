"""Each test of the desk on both databases: SQLite, and a real PostgreSQL from a wheel."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event, text

from config.settings import Settings
from tasks.db.engine import open_engine, writing
from tasks.db.schema import upgrade
from tasks.db.tables import METADATA
from tasks.desk import Desk
from tests.tasks.kit import FakeClock, Office
from tests.tasks.postgresql import running_postgresql

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of an empty PostgreSQL on a private socket; every process of the tests has its own."""
    # A short path in a folder of its own: a socket's path has 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="giydir-"))
    with running_postgresql(folder / "data") as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> Iterator[Engine]:
    engine = open_engine(postgresql, busy_seconds=60)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "desk.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with all tables and nothing in them."""
    if request.param == "sqlite":
        yield from _fresh_sqlite(request.getfixturevalue("migrated_sqlite"), tmp_path)
    else:
        kept: Engine = request.getfixturevalue("migrated_postgresql")
        empty(kept)
        yield kept


@pytest.fixture
def office(engine: Engine) -> Office:
    clock = FakeClock()
    settings = Settings(jobs_at_once=100, member_limit=100, secret_key=SecretStr("k" * 32))
    return Office(Desk(engine, settings, clock), engine, clock, settings)


def empty(engine: Engine) -> None:
    """Take everything out of a PostgreSQL database, but for what the migrations put in."""
    names = ", ".join(METADATA.tables)
    with writing(engine) as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        connection.execute(text("INSERT INTO accounts (id, created_at) VALUES (0, 0)"))
        connection.execute(text("INSERT INTO queue (id) VALUES (1)"))


def _fresh_sqlite(template: Path, folder: Path) -> Iterator[Engine]:
    path = folder / "desk.db"
    shutil.copy(template, path)
    engine = open_engine(f"sqlite:///{path}", busy_seconds=60)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    yield engine
    engine.dispose()
