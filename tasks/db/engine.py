"""The engine and its two kinds of transaction, on SQLite and PostgreSQL.

A transaction that writes is serialised where it must be: SQLite by BEGIN IMMEDIATE (one writer at a
time), PostgreSQL by row locks taken in one order, community, queue, member, job; so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, InterfaceError, OperationalError

from tasks.errors import DatabaseUnavailable, OptionInvalid

_WRITES = "giydir_writes"


def open_engine(url: str, *, busy_seconds: float = 30) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`; nothing is opened yet.

    `busy_seconds` is how long a statement waits for somebody else's lock. Raises `OptionInvalid`.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The URL itself may hold a password.
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
            return create_engine(
                parsed.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                connect_args={"options": " ".join(f"-c {name}={value}" for name, value in session.items())},
            )
        case other:
            raise OptionInvalid(f"the database must be sqlite or postgresql, not {other}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads."""
    with _typed_errors(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back by any exception."""
    with (
        _typed_errors(),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        # The driver's own words; the statement's parameters, which are people's, stay out.
        words = str(error.orig).splitlines()
        raise DatabaseUnavailable(words[0] if words else "no connection") from None
    except (DataError, OverflowError):
        # A number of more than 64 bits, or a character that no text may have.
        raise OptionInvalid("a value is out of the range that the database can hold") from None


def _sqlite(url: str, busy_seconds: float) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _prepare(connection: SqliteConnection, _: object) -> None:
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
