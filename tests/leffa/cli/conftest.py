"""Drawn people, small, as `leffa sample` writes them, and nothing of the caller's environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leffa.cli import main

Leffa = Callable[..., Result]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIYDIR_WEIGHTS", "mini")
    monkeypatch.setenv("GIYDIR_DEVICE", "cpu")
    monkeypatch.setenv("GIYDIR_DTYPE", "float32")


@pytest.fixture(scope="session")
def leffa() -> Leffa:
    """Calls the command in this process; an exception that it should have reported is raised."""

    def call(*words: str | Path) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture(scope="session")
def samples(leffa: Leffa, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    assert leffa("sample", "-o", folder, "--size", "120x160").exit_code == 0
    return folder
