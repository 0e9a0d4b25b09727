"""What happens on Telegram reaches the bot, whichever way it comes, and is not lost on the way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import httpx2
import pytest
from pydantic import SecretStr
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.telegram import polling
from bot.telegram.flood import Flood
from bot.telegram.incoming import receive
from bot.telegram.receiving import Heard, Receiving
from bot.telegram.webhook import MOST_BYTES, SECRET_HEADER
from config.settings import Settings
from tasks.errors import DatabaseUnavailable, SettingMissing
from tests.bot.telegram.kit import on_both
from tests.standins.files import picture
from tests.standins.running import running
from tests.standins.telegram.people import Person
from tests.standins.telegram.server import TelegramServer, running_telegram
from tests.tasks.kit import Office

KEY = SecretStr("k" * 32)
pytestmark = on_both


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "FIRST_PAUSE", 0.05)
    # Without it python-telegram-bot 22 warns as it raises RetryAfter, and warnings are errors here.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with running_telegram() as server:
        yield server


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client() as client:
        yield client


def webhook_settings(**more: object) -> Settings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    values = {
        "secret_key": KEY,
        "telegram_webhook_url": f"http://127.0.0.1:{port}/hook",
        "telegram_listen_port": port,
        **more,
    }
    return Settings.model_validate(values)


class Life:
    """A bot with these settings, which remembers what it was told. `stuck`: whoever's words it never comes
    to an end with."""

    def __init__(
        self, server: TelegramServer, office: Office, settings: Settings, stuck: Person | None = None
    ) -> None:
        self.bot: ExtBot[int] = ExtBot(server.token, base_url=f"{server.url}/bot", rate_limiter=Flood())
        self.receiving = Receiving(office.desk, self.bot, self.hear)
        self.settings = settings
        self.stuck = stuck
        self.begun: list[Heard] = []
        self.words: list[str] = []
        self.troubles: list[TelegramError] = []

    async def hear(self, told: Heard) -> None:
        self.begun.append(told)
        messages = [one.message for one in told.updates if one.message is not None]
        sender = messages[0].from_user
        if self.stuck is not None and sender is not None and sender.id == self.stuck.id:
            await asyncio.Event().wait()
        self.words.append(" ".join(str(one.text or one.caption or "photo") for one in messages))

    async def __call__(self) -> None:
        await self.bot.initialize()
        try:
            await receive(self.bot, self.receiving, self.settings, self.troubles.append)
        finally:
            await self.bot.shutdown()


@pytest.fixture
def polled() -> Settings:
    return Settings(secret_key=KEY)


def test_what_was_said_is_asked_for(server: TelegramServer, office: Office, polled: Settings) -> None:
    ada, life = server.add_person("Ada"), Life(server, office, polled)
    with running(life):
        ada.sends("hello")
        server.wait(lambda: life.words == ["hello"])
        server.wait(lambda: not server.updates.pending, what="it to be confirmed")


def test_what_a_killed_bot_did_not_end_is_handled_by_the_next_one_and_the_rest_not_again(
    server: TelegramServer, office: Office, polled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told to end it would wait; so its patience is nothing here, and the same is left behind."""
    monkeypatch.setattr("bot.telegram.receiving.LAST_SECONDS", 0.0)
    ada, ben = server.add_person("Ada"), server.add_person("Ben")
    first, second = Life(server, office, polled, stuck=ada), Life(server, office, polled)
    with running(first):
        ada.sends("one")
        ada.sends("two")
        ben.sends("three")
        server.wait(lambda: first.words == ["three"])
        server.wait(lambda: not server.updates.pending, what="all to be confirmed")
    with running(second):
        server.wait(lambda: len(second.words) == 2)
        assert second.words == ["one", "two"], "in their order, behind nobody else's"
        ada.sends("four")
        server.wait(lambda: second.words[-1] == "four")
    assert [len(first.begun), len(second.begun)] == [2, 3]


def test_what_telegram_tells_again_is_handled_once(
    server: TelegramServer, office: Office, polled: Settings
) -> None:
    """As where a bot is killed before it could confirm."""
    ada, life = server.add_person("Ada"), Life(server, office, polled)
    with running(life):
        ada.sends("one")
        server.wait(lambda: server.updates.pending or life.words)
        server.wait(lambda: not server.updates.pending)
        told = next(one for one in server.requests("getUpdates") if one.answer["result"])
        server.serving.do(lambda: server.updates.pending.extend(told.answer["result"]))
        ada.sends("two")
        server.wait(lambda: life.words[-1:] == ["two"])
        server.wait(lambda: not server.updates.pending)
    assert life.words == ["one", "two"]


def test_an_album_is_one_thing_also_for_a_bot_that_finds_it_half_handled(
    server: TelegramServer, office: Office, polled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.receiving.ALBUM_SECONDS", 0.1)
    monkeypatch.setattr("bot.telegram.receiving.LAST_SECONDS", 0.0)
    ada = server.add_person("Ada")
    photos = [picture(40, 60, name="one.jpg"), picture(40, 60, name="two.jpg")]
    first, second = Life(server, office, polled, stuck=ada), Life(server, office, polled)
    with running(first):
        ada.sends_album(photos, caption="/tryon")
        server.wait(lambda: first.begun)
        office.desk.note_down("telegram", first.begun[0].event, "42")
    with running(second):
        server.wait(lambda: second.words == ["/tryon photo"])
    assert second.begun[0].note == "42"


def test_nothing_is_confirmed_that_could_not_be_written_down(
    server: TelegramServer, office: Office, polled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, life = server.add_person("Ada"), Life(server, office, polled)
    tries: list[int] = []
    take_in = office.desk.take_in

    def away(*what: object) -> set[str]:
        tries.append(1)
        if len(tries) < 3:
            raise DatabaseUnavailable("no disk")
        return take_in(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(office.desk, "take_in", away)
    with running(life):
        ada.sends("hello")
        server.wait(lambda: life.words == ["hello"])
    assert len(tries) == 3


def test_what_was_said_is_brought_once_also_while_the_bot_was_away(
    server: TelegramServer, office: Office, polled: Settings
) -> None:
    ada, settings = server.add_person("Ada"), webhook_settings()
    first = Life(server, office, settings)
    with running(first):
        server.wait(lambda: server.updates.webhook)
        ada.sends("one")
        server.wait(lambda: first.words == ["one"])
    ada.sends("two")
    second = Life(server, office, settings)
    with running(second):
        server.wait(lambda: second.words == ["two"])
    third = Life(server, office, polled)
    with running(third):
        server.wait(lambda: server.updates.polls)
        assert server.updates.webhook is None
    delivered = [one.update_id for one in server.updates.deliveries if one.status == 200]
    assert len(delivered) == len(set(delivered)) == 2


def test_who_does_not_know_the_secret_or_says_too_much_or_nonsense_is_not_heard(
    server: TelegramServer, office: Office, http: httpx2.Client
) -> None:
    settings = webhook_settings(telegram_webhook_secret=SecretStr("s3cret"))
    life, url = Life(server, office, settings), str(settings.telegram_webhook_url)
    with running(life):
        server.wait(lambda: server.updates.webhook)

        def status(secret: str | None, body: bytes) -> int:
            headers = {SECRET_HEADER: secret} if secret is not None else {}
            return http.post(url, content=body, headers=headers).status_code

        assert [status(secret, b"{}") for secret in (None, "", "s3cre", "s3cret2")] == [403] * 4
        assert status("s3cret", b"x" * (MOST_BYTES + 1)) == 413
        for nonsense in (b"", b"null", b"\xff", b"[]", b"7", b'{"update_id": 1, "message": 5}', b"[" * 9999):
            assert status("s3cret", nonsense) == 400
        assert http.get(url).status_code == 405
        ada = server.add_person("Ada")
        ada.sends("hello")
        server.wait(lambda: life.words == ["hello"])


def test_a_webhook_needs_a_secret(server: TelegramServer, office: Office) -> None:
    life = Life(server, office, webhook_settings(secret_key=None))
    with pytest.raises(SettingMissing):
        asyncio.run(life())
