"""The engine's promises, and databases that are not there, locked or full."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text
from sqlalchemy.dialects import sqlite

from config.settings import Settings
from tasks.db.columns import Instant
from tasks.db.engine import open_engine, reading, writing
from tasks.db.work import jobs, ledger
from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable, OptionInvalid
from tests.tasks.conftest import empty
from tests.tasks.kit import ADA, Office, request


def test_sqlite_survives_power_cuts_and_holds_foreign_keys(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def ask_on_and_on(desk: Desk) -> None:
    for _ in range(1000):
        desk.submit(ADA, request())


@pytest.mark.parametrize("url", ["mysql://root:hunter2@host/db", "hunter2", "://hunter2"])
def test_a_url_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(OptionInvalid) as caught:
        open_engine(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/desk.db", "postgresql://ada:hunter2@/desk?host=/nowhere"]
)
def test_a_database_that_is_not_there_is_a_typed_error_without_the_password(url: str) -> None:
    desk = Desk(open_engine(url), Settings())
    with pytest.raises(DatabaseUnavailable) as caught:
        desk.claim("worker")
    desk.close()
    assert "hunter2" not in str(caught.value)


def test_a_database_without_tables_is_a_typed_error(tmp_path: Path) -> None:
    desk = Desk(open_engine(f"sqlite:///{tmp_path / 'new.db'}"), Settings())
    with pytest.raises(DatabaseUnavailable, match="no such table"):
        desk.claim("worker")
    desk.close()


def test_a_lock_that_is_held_for_too_long_is_a_typed_error_and_changes_nothing(office: Office) -> None:
    office.welcome(ADA)
    url = office.engine.url.render_as_string(hide_password=False)
    impatient = open_engine(url, busy_seconds=0.2)
    desk = Desk(impatient, office.settings, office.clock)
    office.submit(ADA)
    with writing(office.engine) as connection:
        connection.execute(text("UPDATE communities SET paused = true"))
        with pytest.raises(DatabaseUnavailable):
            desk.submit(ADA, request("late"))
    office.desk.resume(None, ADA.place)
    assert not desk.submit(ADA, request("late")).repeated
    impatient.dispose()
    assert office.count(jobs) == 2


def test_a_full_disk_is_a_typed_error_and_loses_nothing(migrated_sqlite: Path, tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "begin")
    def _no_room(connection: object) -> None:
        if full:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()  # type: ignore[attr-defined]
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

    full = False
    desk = Desk(engine, Settings(jobs_at_once=10_000, member_limit=10_000))
    desk.give_consent(ADA.person)
    kept = desk.submit(ADA, request()).job
    full = True
    with pytest.raises(DatabaseUnavailable, match="full"):
        ask_on_and_on(desk)
    assert desk.job(kept.id) == kept
    with reading(engine) as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in (jobs.name, ledger.name, "outbox")
        ]
    assert len(set(counts)) == 1
    desk.close()


def test_idle_connections_that_the_server_closed_are_not_noticed_by_anybody(
    migrated_postgresql: Engine,
) -> None:
    empty(migrated_postgresql)
    desk = Desk(migrated_postgresql, Settings())
    desk.give_consent(ADA.person)
    with writing(migrated_postgresql) as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = 'desk' AND pid != pg_backend_pid()"
            )
        )
    time.sleep(1.1)  # less is taken for busy
    assert not desk.submit(ADA, request()).repeated


@given(
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_comes_back_from_the_database_to_the_microsecond(moment: datetime, offset: int) -> None:
    column, dialect = Instant(), sqlite.dialect()
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    kept = column.process_bind_param(aware, dialect)
    back = column.process_result_value(kept, dialect)
    assert back == aware
    assert back is not None
    assert back.tzinfo is UTC
