"""The engine and its two kinds of transaction, on SQLite and PostgreSQL.

Parameters of statements are people's, and stand in no error and no log.

A transaction that writes is serialised where it must be: SQLite by BEGIN IMMEDIATE (one writer at a
time), PostgreSQL by row locks taken in one order, community, queue, member, job; so nobody waits in a circle.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from tasks.errors import DatabaseUnavailable, OptionInvalid, Overtaken

if TYPE_CHECKING:
    # Loaded by SQLAlchemy, where the database is one.
    import psycopg

_WRITES = "giydir_writes"
_IDLE_SINCE = "giydir_idle_since"
_IDLE_SECONDS = 1.0
_FOREIGN_KEY_VIOLATION = "23503"  # as PostgreSQL numbers errors


def open_engine(url: str, *, busy_seconds: float = 30) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`; nothing is opened yet.

    `busy_seconds` is how long a statement waits for somebody else's lock. Raises `OptionInvalid`.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The URL, and so either's text, may hold a password.
        raise OptionInvalid("the database URL cannot be read") from None
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed.render_as_string(hide_password=False), busy_seconds)
        case "postgresql":
            session = {
                "lock_timeout": round(busy_seconds * 1000),
                # The driver prepares what it sends often. Our statements look up indexes, whatever their
                # parameters: to plan them anew each time would cost more than to run them.
                "plan_cache_mode": "force_generic_plan",
            }
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                hide_parameters=True,
                connect_args={"options": " ".join(f"-c {name}={value}" for name, value in session.items())},
            )
            _ping_idle_connections(engine)
            return engine
        case other:
            raise OptionInvalid(f"the database must be sqlite or postgresql, not {other}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads."""
    with _typed_errors(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back by any exception."""
    with (
        _typed_errors(engine),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def one_round_trip(connection: Connection) -> Iterator[None]:
    """Send the statements within it together, where there is a network to save; none may return rows."""
    if connection.dialect.name == "sqlite":
        yield
        return
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    with driver.pipeline():
        yield


@contextmanager
def _typed_errors(engine: Engine) -> Iterator[None]:
    # What a pipeline raises comes from the driver as it is.
    driver = engine.dialect.loaded_dbapi
    try:
        yield
    except (OperationalError, InterfaceError, driver.OperationalError) as error:
        # The driver's own words; the statement's parameters, which are people's, stay out.
        words = str(error.orig if isinstance(error, DBAPIError) else error).splitlines()
        raise DatabaseUnavailable(words[0] if words else "no connection") from None
    except (DataError, OverflowError):
        # A number of more than 64 bits, or a character that no text may have.
        raise OptionInvalid("a value is out of the range that the database can hold") from None
    except (IntegrityError, driver.IntegrityError) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        if getattr(original, "sqlstate", None) != _FOREIGN_KEY_VIOLATION:
            raise
        # SQLite has one writer at a time; there, this cannot happen.
        broken = cast("psycopg.Error", original).diag.constraint_name
        raise Overtaken(f"somebody was forgotten at the same moment ({broken}); do it again") from None
    except DatabaseError as error:
        # What is no database, or a damaged one, SQLite calls neither operational nor anything else.
        if type(error.orig) is not sqlite3.DatabaseError:
            raise
        raise DatabaseUnavailable(str(error.orig)) from None


def _ping_idle_connections(engine: Engine) -> None:
    """Replace a connection that was closed while idle; to ask each time would be a round trip more."""

    @event.listens_for(engine, "checkin")
    def _remember(_: object, record: ConnectionPoolEntry) -> None:
        record.info[_IDLE_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ping(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        idle_since = record.info.get(_IDLE_SINCE)
        if idle_since is None or time.monotonic() - idle_since < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.OperationalError as error:
            raise DisconnectionError from error


def _sqlite(url: str, busy_seconds: float) -> Engine:
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        connection.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")
        connection.execute("PRAGMA journal_mode = WAL")
        # An accepted request must outlive a power cut, and NORMAL may lose the last commits.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
