"""The database by the command: made, checked, gone back, backed up."""

from __future__ import annotations

import json
import shutil
import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest

from tasks.db import revisions, schema
from tasks.db.revisions import known_revisions, newest_revision
from tests.tasks.cli.conftest import Giydir
from tests.tasks.kit import ADA, Office


def test_it_is_made_with_its_folder_and_said_to_be_the_newest(giydir: Giydir, tmp_path: Path) -> None:
    newest = newest_revision()
    assert giydir("db", "check").exit_code == 1
    assert not (tmp_path / "var").exists()
    assert giydir("db", "upgrade").output == f"the database is from nothing to {newest}\n"
    assert giydir("db", "upgrade").output == f"the database is at {newest} already\n"
    done = giydir("db", "check", "--json")
    assert json.loads(done.output) == {"revision": newest, "newest": newest, "is_newest": True}


def test_without_tables_every_other_command_says_how_to_make_them(giydir: Giydir, tmp_path: Path) -> None:
    done = giydir("pause", "status")
    assert done.exit_code == 1
    assert "giydir db upgrade" in done.stderr
    assert not (tmp_path / "var").exists()
    giydir("db", "upgrade", known_revisions()[0])
    done = giydir("pause", "status")
    assert (done.exit_code, "giydir db upgrade" in done.stderr) == (1, True)


def test_going_back_asks_first(giydir: Giydir) -> None:
    giydir("db", "upgrade")
    first = known_revisions()[0]
    assert giydir("db", "downgrade", first, answer="n\n").exit_code == 130
    assert giydir("db", "downgrade", first, answer="y\n").exit_code == 0
    assert giydir("db", "downgrade", "base", "--yes").output.endswith(f"from {first} to nothing\n")


def test_a_revision_that_is_unknown_is_refused(giydir: Giydir, tmp_path: Path) -> None:
    assert "there are base, 0001" in giydir("db", "upgrade", "9999").stderr
    giydir("db", "upgrade")
    with sqlite3.connect(tmp_path / "var" / "giydir.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    done = giydir("db", "upgrade")
    assert (done.exit_code, "install a newer version" in done.stderr) == (1, True)


def test_a_backup_is_whole_and_its_owners_alone(desk: Office, giydir: Giydir, tmp_path: Path) -> None:
    desk.welcome(ADA)
    job = desk.submit(ADA)
    target = tmp_path / "backup.db"
    done = giydir("db", "backup", target)
    if desk.engine.dialect.name == "postgresql":
        assert (done.exit_code, "pg_dump" in done.stderr) == (1, True)
        return
    assert done.exit_code == 0
    assert target.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(target) as file:
        assert file.execute("SELECT source_key FROM jobs").fetchall() == [(job.request.source_key,)]
    file.close()
    done = giydir("db", "backup", target)
    assert (done.exit_code, "File exists" in done.stderr) == (1, True)


def test_a_url_that_cannot_be_read_is_not_shown(giydir: Giydir, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("hunter2", "postgresql://ada@host:hunter2/desk", "mysql://ada:hunter2@host/desk"):
        monkeypatch.setenv("GIYDIR_DATABASE_URL", url)
        for words in (["db", "upgrade"], ["db", "check"], ["pause"], ["db", "backup", "x.db"]):
            done = giydir(*words)
            assert done.exit_code == 1, url
            assert "hunter2" not in done.output


def test_a_new_revision_holds_what_the_tables_have_more(
    giydir: Giydir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(str(files("migrations")), tmp_path / "migrations")
    for module in (schema, revisions):
        monkeypatch.setattr(module, "files", lambda package: tmp_path / package)
    done = giydir("db", "revision", "members have a colour")
    number = f"{len(known_revisions()):04}"
    path = tmp_path / "migrations" / "versions" / f"{number}_members_have_a_colour.py"
    assert done.output.startswith(str(path))
    assert f"down_revision = '{known_revisions()[-2]}'" in path.read_text()
