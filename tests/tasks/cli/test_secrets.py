"""A secret in any setting is printed by no command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings, variables
from tasks.cli.hiding import scrub, without_password
from tests.tasks.cli.conftest import Giydir

SECRET = "Hunter2-swordfish"
# How a secret gets into each setting that takes texts; numbers and choices take none.
PLANTED = {
    "GIYDIR_DATABASE_URL": f"postgresql://ada:{SECRET}@127.0.0.1:1/desk",
    "GIYDIR_REDIS_URL": f"redis://ada:{SECRET}@127.0.0.1:1/0",
    "GIYDIR_STORE_URL": f"ftp://ada:{SECRET}@127.0.0.1:1/store",
    "GIYDIR_SECRET_KEY": SECRET * 3,
    "GIYDIR_DISCORD_TOKEN": SECRET,
    "GIYDIR_DISCORD_API_URL": f"https://ada:{SECRET}@discord.example/api?key={SECRET}",
    "GIYDIR_DISCORD_GATEWAY_URL": f"wss://ada:{SECRET}@discord.example",
    "GIYDIR_TELEGRAM_TOKEN": SECRET,
    "GIYDIR_TELEGRAM_API_URL": f"https://{SECRET}@telegram.example",
    "GIYDIR_WEIGHTS": f"s3://ada:{SECRET}@bucket/weights",
}
COMMANDS = [
    ["settings"],
    ["settings", "--json"],
    ["doctor", "--limit", "30"],
    ["doctor", "--limit", "30", "--json"],
    ["db", "check"],
    ["db", "upgrade"],
    ["db", "backup", "here.db"],
    ["jobs", "list"],
    ["pause", "on", "--json"],
    ["people", "forget", "discord:ada", "--yes"],
]


def plant(monkeypatch: pytest.MonkeyPatch, names: set[str]) -> None:
    for name in names:
        monkeypatch.setenv(name, PLANTED[name])


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_secrets_planted_in_every_setting_at_once(
    giydir: Giydir, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    plant(monkeypatch, set(PLANTED))
    done = giydir(*words)
    assert SECRET not in done.output
    assert done.output


@pytest.mark.parametrize("name", variables().values())
def test_a_secret_where_it_does_not_belong(
    giydir: Giydir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    # Somebody has pasted it into the wrong line.
    (tmp_path / ".env").write_text(f"{name}={SECRET}\n{name}_OLD={SECRET}\nGIYDIR_{SECRET}\n")
    said = [giydir(*words).output for words in (["settings"], ["db", "check"])]
    shown = {
        "GIYDIR_WEIGHTS",
        "GIYDIR_C2PA_CERTIFICATE",
        "GIYDIR_CERTIFICATE",
        "GIYDIR_NSFW_LABELS",
        "GIYDIR_NSFW_WEIGHTS",
        "GIYDIR_CONSENT_VERSION",
        "GIYDIR_HEALTH_HOST",
        "GIYDIR_TELEGRAM_LISTEN_HOST",
        "GIYDIR_TELEGRAM_TLS_CERTIFICATE",
        "GIYDIR_TELEGRAM_TLS_KEY",
        "GIYDIR_WEB_HOST",
    }  # not secret, whatever they hold
    assert [text for text in said if SECRET in text] == said[:1] * (name in shown)


def test_passwords_of_every_shape_are_taken_out_of_addresses() -> None:
    for address in (
        f"https://ada:{SECRET}@host/path",
        f"https://{SECRET}@host/path",
        f"https://host/path?token={SECRET}",
        f"postgresql://ada:p@{SECRET}@host/desk",
        f"https://api.telegram.org/bot123456789:{'A' * 35}",
        f"socks5://a:{SECRET}@[::1]:9/",
    ):
        assert SECRET not in without_password(address)
        assert "AAAA" not in without_password(address)
    assert without_password("https://discord.com/api/v10") == "https://discord.com/api/v10"


def test_what_a_library_says_about_an_address_is_scrubbed() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://ada:p%40ss-word@host/desk"), discord_token=SecretStr(SECRET)
    )
    said = f"cannot log in as ada with p@ss-word (p%40ss-word), nor with {SECRET}"
    assert scrub(said, settings) == "cannot log in as ada with *** (***), nor with ***"


def test_settings_are_shown_as_they_are_in_force(giydir: Giydir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIYDIR_MEMBER_LIMIT", "7")
    monkeypatch.setenv("TELEGRAM_TOKEN", SECRET)
    shown = json.loads(giydir("settings", "--json").output)
    assert list(shown) == list(variables().values())
    assert (shown["GIYDIR_MEMBER_LIMIT"], shown["GIYDIR_TELEGRAM_TOKEN"]) == ("7", "set")
    assert (shown["GIYDIR_DISCORD_TOKEN"], shown["GIYDIR_COMMUNITIES_OPEN"]) == ("not set", "true")
    assert shown["GIYDIR_DATABASE_URL"] == "sqlite:///var/giydir.db"


def test_the_sample_is_what_one_copies(giydir: Giydir, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(giydir("settings", "--sample").output)
    assert "GIYDIR_QUEUE_LIMIT=1000" in giydir("settings").output


def test_a_wrong_setting_is_one_line(giydir: Giydir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIYDIR_ATTEMPTS", "99")
    monkeypatch.setenv("GIYDIR_MEMBR_LIMIT", "1")
    done = giydir("pause")
    assert done.exit_code == 1
    assert "(and 1 more); giydir doctor shows all [option_invalid]" in done.stderr
