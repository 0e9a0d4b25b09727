"""Settings from the environment and from a file: right, wrong, and secret."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.settings import Settings, SettingsInvalid, load_settings, variables


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("GIYDIR_") or name in ("DISCORD_TOKEN", "TELEGRAM_TOKEN"):
            monkeypatch.delenv(name)


def test_nothing_has_to_be_set() -> None:
    assert load_settings(None).member_limit == 10


def test_a_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIYDIR_MEMBER_LIMIT", "7")
    monkeypatch.setenv("GIYDIR_COMMUNITIES_OPEN", "no")
    settings = load_settings(None)
    assert (settings.member_limit, settings.communities_open) == (7, False)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIYDIR_POOL_LIMIT", "")
    assert load_settings(None).pool_limit is None


@pytest.mark.parametrize("name", ["GIYDIR_DISCORD_TOKEN", "DISCORD_TOKEN"])
def test_a_token_is_read_by_either_of_its_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hunter2")
    assert load_settings(None).discord_token == SecretStr("hunter2")


def test_a_file_is_read_if_it_is_there_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    assert load_settings(file).member_limit == 10
    file.write_text("GIYDIR_MEMBER_LIMIT=7\nGIYDIR_ATTEMPTS=2\nTELEGRAM_TOKEN=t\n")
    monkeypatch.setenv("GIYDIR_MEMBER_LIMIT", "8")
    settings = load_settings(file)
    assert (settings.member_limit, settings.attempts) == (8, 2)
    assert settings.telegram_token == SecretStr("t")


def test_each_wrong_setting_is_one_line_that_names_it_and_shows_no_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {
        "GIYDIR_LEASE_SECONDS": "1",
        "GIYDIR_MEMBER_LIMIT": "many",
        "GIYDIR_TIME_ZONE": "Mars/Olympus",
        "GIYDIR_SECRET_KEY": "hunter2",
        "GIYDIR_QUOTA_WINDOW": "weekly",
        "GIYDIR_DISCORD_API_URL": "hunter2@discord",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(None)
    lines = str(caught.value).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == sorted(wrong)
    assert not [value for value in ("hunter2", "many", "Mars", "weekly") if value in str(caught.value)]
    assert "GIYDIR_LEASE_SECONDS: should be greater than or equal to 5" in lines
    assert "GIYDIR_SECRET_KEY: should have at least 32 characters" in lines


def test_a_misspelt_setting_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIYDIR_MEMBR_LIMIT", "3")
    with pytest.raises(SettingsInvalid, match="no such setting; did you mean GIYDIR_MEMBER_LIMIT"):
        load_settings(None)


def test_secrets_show_in_no_text_made_of_the_settings() -> None:
    settings = Settings(
        discord_token=SecretStr("hunter2"),
        telegram_token=SecretStr("hunter2"),
        secret_key=SecretStr("hunter2" * 5),
        database_url=SecretStr("postgresql://ada:hunter2@host/db"),
        redis_url=SecretStr("redis://:hunter2@host"),
        store_url=SecretStr("s3://hunter2@bucket"),
    )
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError):
        load_settings(None).member_limit = 3


def test_every_setting_has_a_description_and_every_number_a_range() -> None:
    for name, info in Settings.model_fields.items():
        assert info.description, name
        if info.annotation in (int, float, int | None):
            assert len([rule for rule in info.metadata if hasattr(rule, "ge") or hasattr(rule, "le")]) == 2, (
                name
            )
    assert set(variables()) == set(Settings.model_fields)
