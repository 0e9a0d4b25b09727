"""What may not be in a log is not, however it got there."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from tasks.logs.guard import HIDDEN, MAX_TEXT, Guard
from tasks.records import Asker

TELEGRAM = "7012345678:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawE"
DISCORD = "MTA1NTQ5Mjk4NzYxMjM0NTY3.GxYzAb.abcdefghijklmnopqrstuvwxyz0123456789AB"
PASSWORD = "p@ss/wo'rd"
SETTINGS = Settings(
    secret_key=SecretStr("the long key that hashes are made with"),
    database_url=SecretStr("postgresql://giydir:p%40ss%2Fwo%27rd@db/giydir"),
    discord_token=SecretStr("a-discord-token"),
)


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard(SETTINGS)


@pytest.mark.parametrize(
    "line",
    [
        "key is the long key that hashes are made with!",
        "connecting to postgresql://giydir:p%40ss%2Fwo%27rd@db/giydir failed",
        f"password authentication failed for {PASSWORD}",
        f"connect({PASSWORD!r})",
        "login with a-discord-token refused",
        f"POST https://api.telegram.org/bot{TELEGRAM}/sendPhoto",
        f"Authorization: Bot {DISCORD}",
        "PATCH https://discord.com/api/v10/webhooks/1055492987/aW50ZXJhY3Rpb24/messages/@original",
        "Authorization: Bearer abcdefghijklmnop",
        "redis://:hunter22@redis:6379/0 and rediss://user:hunter22@redis",
        "GET https://cdn.discordapp.com/attachments/1/2/me.png?ex=1&is=2&hm=hunter22",
    ],
)
def test_secrets_do_not_pass(guard: Guard, line: str) -> None:
    clean = guard.text(line)
    assert HIDDEN in clean
    for secret in (
        *("the long key", PASSWORD, "p%40ss", "a-discord-token", "AAHdq", "GxYzAb", "aW50"),
        *("abcdefghijklmnop", "hunter22"),
    ):
        assert secret not in clean


def test_a_plain_line_stays_as_it_is(guard: Guard) -> None:
    line = "succeeded in 2.5 s: https://example.org/docs, 10:30:05, tasks.worker.engine (bot reconnected)"
    assert guard.text(line) == line


def test_bytes_show_their_length_only_and_nobody_elses_repr_of_them_passes(guard: Guard) -> None:
    png = b"\x89PNG\r\n'\"data"
    assert guard.value({"data": png, "view": memoryview(png)}) == {"data": "[12 bytes]", "view": "[12 bytes]"}
    assert guard.text(f"cannot read {png!r} at all") == "cannot read [bytes] at all"
    assert guard.text(f"cannot read {png[:7]!r} at all") == "cannot read [bytes] at all"


def test_a_picture_in_base64_does_not_pass(guard: Guard) -> None:
    encoded = base64.b64encode(bytes(range(256)) * 4).decode()
    assert guard.text(f"data:image/png;base64,{encoded}") == "data:image/png;base64,[long text]"


@pytest.mark.parametrize(
    "key", ["user", "user_id", "username", "community", "guild_ref", "name", "bot_token", "Chat"]
)
def test_fields_that_name_people_or_secrets_are_hidden_at_any_depth(guard: Guard, key: str) -> None:
    assert guard.fields({key: "ada", "at": [{key: 7}]}) == {key: HIDDEN, "at": [{key: HIDDEN}]}


def test_fields_of_the_work_are_not_hidden(guard: Guard) -> None:
    fields = {"job": 7, "attempt": 1, "model": "viton_hd", "fence": 12, "worker": "gpu-1", "seconds": 0.25}
    assert guard.fields(fields) == fields


def test_of_an_object_only_the_types_name_is_written(guard: Guard) -> None:
    fields = guard.fields({"of": Asker("discord", "guild", "ada"), "settings": SETTINGS, "path": Path("var")})
    assert fields == {"of": "<Asker>", "settings": "<Settings>", "path": "var"}


def test_what_databases_say_of_rows_is_hidden(guard: Guard) -> None:
    text = "duplicate key\nDETAIL:  Key (platform, user_ref)=(discord, ada) exists.\n[parameters: ('ada', 1)]"
    assert guard.traceback(text) == f"duplicate key\nDETAIL: {HIDDEN}\n[parameters: {HIDDEN}]"


def test_nothing_begins_a_new_line_or_commands_a_terminal(guard: Guard) -> None:
    assert guard.text("one\ntwo\x1b[2J\u2028") == r"one\ntwo\x1b[2J\u2028"
    assert guard.traceback("one\n\ttwo\x1b[2J") == "one\n\ttwo\\x1b[2J"


def test_long_values_are_cut_and_of_a_traceback_the_end_stays(guard: Guard) -> None:
    text = guard.text("word " * 10_000)
    assert text.startswith("word word")
    assert text.endswith("... (50000 characters)")
    assert len(text) < MAX_TEXT + 50
    assert guard.traceback("line\n" * 10_000 + "ValueError: last").endswith("line\nValueError: last")
    assert len(guard.fields({str(number): number for number in range(1000)})) == 50


def test_numbers_that_json_does_not_know_become_words(guard: Guard) -> None:
    assert guard.value([1.5, float("nan"), float("inf")]) == [1.5, "nan", "inf"]


@pytest.mark.parametrize("unit", ["1", "M", "M-", "a://", ":", "b'", "/", " ", "Basic ", "a://:"])
def test_no_text_takes_long_to_look_at(guard: Guard, unit: str) -> None:
    started = time.process_time()
    guard.text(unit * 200_000)
    assert time.process_time() - started < 2
