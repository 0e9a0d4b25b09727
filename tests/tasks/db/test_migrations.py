"""The schema's history: up, down, with rows in it, and the same as the tables in the code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, MetaData, inspect, text
from sqlalchemy.exc import IntegrityError

from tasks.db.engine import open_engine, reading, writing
from tasks.db.revisions import current_revision, known_revisions, newest_revision
from tasks.db.schema import downgrade, upgrade
from tasks.db.tables import METADATA
from tasks.desk import Desk
from tasks.errors import Overtaken
from tasks.records import JobState
from tests.tasks.conftest import BACKENDS
from tests.tasks.kit import ADA, FakeClock, Office, result_of
from tests.tasks.postgresql import add_database

ROOT = Path(__file__).parents[3]
OLDER_ROWS = (
    "INSERT INTO accounts (created_at) VALUES (5)",
    "INSERT INTO identities (platform, user_ref, account_id) VALUES ('discord', 'ada', 1)",
    "INSERT INTO communities (platform, ref, created_at) VALUES ('discord', 'guild', 5)",
    "INSERT INTO members (account_id, community_id, created_at, stride, place) VALUES (1, 1, 5, 2520000, 0)",
    "INSERT INTO jobs (member_id, platform, request_id, control, model, source_key, reference_key,"
    " steps, rank, options, address, submitted_at)"
    " VALUES (1, 'discord', 'e1', 'pose', 'm', 's', 'r', 30, 9, '{}', '{}', 5)",
    "INSERT INTO ledger (business_id, kind, account_id, community_id, purse, amount, counts_at, at)"
    " VALUES ('job:1:reserve', 'reserve', 1, 1, 'window', -1, 5, 5)",
    "INSERT INTO outbox (bell, job_id, at) VALUES ('queued', 1, 5)",
)
# What the first revision did not have.
NEWER_COLUMNS = {"keep_inputs", "later_key", "locale", "look", "mask_key", "pictures", "result_hours"}
NEWER_TABLES = {
    "alembic_version",
    "appeals",
    "blocked_pictures",
    "consents",
    "drafts",
    "inbox",
    "notices",
    "placeholders",
    "reports",
    "saved_photos",
    "wardrobe_items",
    "workers",
    "wishes",
}


@pytest.fixture(params=BACKENDS)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    else:
        engine = open_engine(add_database(request.getfixturevalue("postgresql"), "bare"))
    yield engine
    engine.dispose()


def contents(engine: Engine) -> dict[str, list[str]]:
    """All rows of all tables, by the columns that an older database has too."""
    with reading(engine) as connection:
        tables = MetaData()
        tables.reflect(connection)
        return {
            table.name: sorted(
                str(row)
                for row in connection.execute(text(f"SELECT {', '.join(sorted(older))} FROM {table.name}"))
            )
            for table in tables.sorted_tables
            if (older := {column.name for column in table.columns} - NEWER_COLUMNS)
            and table.name not in NEWER_TABLES
        }


def test_migrations_make_the_tables_of_the_code(bare: Engine) -> None:
    upgrade(bare)
    with reading(bare) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_migrations_make_the_checks_of_the_code(bare: Engine) -> None:
    upgrade(bare)
    found = {
        check["name"] for table in METADATA.tables for check in inspect(bare).get_check_constraints(table)
    }
    written = {
        constraint.name
        for table in METADATA.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert found == written


def test_the_files_say_which_revisions_there_are_as_alembic_does() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert known_revisions() == [one.revision for one in scripts.walk_revisions()][::-1]
    assert newest_revision() == scripts.get_current_head()


def test_all_the_way_down_leaves_nothing_and_up_again_works(bare: Engine) -> None:
    upgrade(bare)
    downgrade(bare, "base")
    assert current_revision(bare) is None
    assert inspect(bare).get_table_names() == ["alembic_version"]
    upgrade(bare)
    assert current_revision(bare) == "0011"


def test_an_older_database_with_rows_in_it_is_upgraded_and_goes_on(bare: Engine) -> None:
    upgrade(bare, "0001")
    with writing(bare) as connection:
        for row in OLDER_ROWS:
            connection.execute(text(row))
    before = contents(bare)
    upgrade(bare)
    assert contents(bare) == before
    office = Office(*_desk(bare))
    claim = office.claim()
    assert (claim.job.id, claim.job.asker, claim.job.state) == (1, ADA, JobState.RUNNING)
    office.desk.succeed(claim.token, result_of(claim))
    assert office.entries()[-1] == ("job:1:end", "settle", 0)


def test_a_step_back_keeps_what_the_older_tables_hold(bare: Engine) -> None:
    upgrade(bare)
    office = Office(*_desk(bare))
    office.welcome(ADA)
    with writing(bare) as connection:
        connection.execute(text("UPDATE accounts SET locale = 'tr' WHERE id = 1"))
        for row in OLDER_ROWS[2:]:
            connection.execute(text(row))
    before = contents(bare)
    downgrade(bare, "0001")
    assert contents(bare) == before
    upgrade(bare)
    assert contents(bare) == before


def test_foreign_keys_hold_after_a_migration(bare: Engine) -> None:
    upgrade(bare)
    with pytest.raises((IntegrityError, Overtaken)), writing(bare) as connection:
        connection.execute(text(OLDER_ROWS[1]))


def test_two_processes_upgrade_at_once(bare: Engine) -> None:
    url = bare.url.render_as_string(hide_password=False)
    script = f"from tasks.db import engine, schema; schema.upgrade(engine.open_engine({url!r}))"
    both = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert current_revision(bare) == "0011"


def _desk(engine: Engine) -> tuple[Desk, Engine, FakeClock, Any]:
    from config.settings import Settings

    clock, settings = FakeClock(), Settings()
    return Desk(engine, settings, clock), engine, clock, settings
