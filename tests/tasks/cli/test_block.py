"""`giydir block`, what `giydir doctor` says of screening, and a worker that must not start."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.settings import Settings
from tasks.cli import main
from tasks.cli.doctor import screening
from tasks.cli.doctor.findings import OK, PROBLEM, WARNING
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade
from tasks.desk import Desk
from tasks.records import Place
from tasks.screening.classifier import FILES
from tasks.screening.fingerprint import fingerprint
from tasks.store.store import Store
from tests.tasks.kit import ADA, request
from tests.tasks.screening.pictures import file_of, person, plain

Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    values = {
        "database_url": f"sqlite:///{tmp_path}/desk.db",
        "store_url": f"file://{tmp_path}/store",
        "secret_key": "k" * 32,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"GIYDIR_{name.upper()}", value)
    settings = Settings.model_validate(values)
    engine = open_engine(values["database_url"])
    upgrade(engine)
    engine.dispose()
    return settings


@pytest.fixture
def run(settings: Settings) -> Run:
    return lambda *words: CliRunner().invoke(main, list(words))


def test_a_picture_in_a_file_is_blocked_listed_and_allowed_again(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "photo.png").write_bytes(file_of(person(1)))
    added = run("block", "add", "photo.png", "--community", "discord:guild", "--reason", "not yours")
    assert added.exit_code == 0
    assert "what looks like it" in added.stdout
    assert "giydir audit undo 1" in added.stdout
    assert settings.secret_key is not None
    copy = fingerprint(file_of(person(1), "JPEG"), settings.secret_key)
    desk = Desk.open(settings)
    assert desk.is_blocked(copy, Place("discord", "guild"))
    assert "not yours" in run("block", "list").stdout
    assert run("block", "remove", "1").exit_code == 0
    assert not desk.is_blocked(copy, Place("discord", "guild"))
    assert run("block", "list").stdout == "no picture is blocked\n"
    (listed,) = json.loads(run("block", "list", "--all", "--json").stdout)
    assert not listed["in_force"]
    assert run("block", "remove", "1").exit_code == 1
    desk.close()


def test_a_jobs_picture_is_blocked_while_it_is_kept(run: Run, settings: Settings) -> None:
    desk, store = Desk.open(settings), Store.open(settings)
    desk.give_consent(ADA.person)
    key = store.put(desk.account(ADA.person), plain("red"))
    job = desk.submit(ADA, request(source_key=key)).job
    added = run("block", "add", "--job", str(job.id))
    assert added.exit_code == 0
    assert "it has no contrast" in added.stdout
    assert run("block", "add", "--job", str(job.id)).exit_code == 1
    missing = run("block", "add", "--job", str(job.id), "--photo", "result", "--json")
    assert json.loads(missing.stdout)["error"]["code"] == "picture_missing"
    assert run("block", "add").exit_code == 2
    desk.close()


def test_a_file_that_is_no_picture_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    assert "[picture_unreadable]" in run("block", "add", "notes.txt").stderr


def test_the_doctor_says_whether_anybody_looks(tmp_path: Path) -> None:
    def level(**settings: object) -> str:
        (finding,) = screening.check(Settings.model_validate(settings))
        return finding.level

    assert level() == WARNING
    assert level(production=True) == PROBLEM
    assert level(nsfw_weights=tmp_path) == PROBLEM
    for name in FILES:
        (tmp_path / name).touch()
    assert level(nsfw_weights=tmp_path, production=True) == OK


def test_in_production_a_worker_without_a_classifier_does_not_start(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIYDIR_PRODUCTION", "true")
    refused = run("worker")
    assert refused.exit_code == 1
    assert "[classifier_unusable]" in refused.stderr
    assert "GIYDIR_NSFW_WEIGHTS" in refused.stderr
