"""The command in this process, in an empty folder, with nothing of the caller's environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.settings import load_settings
from tasks.cli import main
from tasks.store.store import Store
from tests.tasks.kit import Office

Giydir = Callable[..., Result]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("GIYDIR_") or name in ("DISCORD_TOKEN", "TELEGRAM_TOKEN"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def giydir() -> Giydir:
    """Calls the command; an exception that it should have reported is raised."""

    def call(*words: str | Path | int, answer: str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], input=answer)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office, at whose database the command works too."""
    url = office.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GIYDIR_DATABASE_URL", url)
    monkeypatch.setenv("GIYDIR_SECRET_KEY", "Zk3mB0v7qLr2xT9wYc5nHs8dJf1gPa6eUi4o")
    return office


@pytest.fixture
def store(desk: Office) -> Store:
    """The store at which the command works, under var/ in the empty folder."""
    return Store.open(load_settings(None))
