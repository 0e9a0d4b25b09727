"""What happens on Telegram reaches the bot, whichever way it comes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import httpx2
import pytest
from pydantic import SecretStr
from telegram.error import TelegramError

from bot.telegram.incoming import MOST_BYTES, SECRET_HEADER, receive
from config.settings import Settings
from tasks.errors import SettingMissing
from tests.standins.running import running
from tests.standins.telegram.server import TelegramServer, running_telegram
from tests.standins.telegram.tiny import tiny_bot

KEY = SecretStr("k" * 32)


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
    """A bot with these settings, as often as it is started."""

    def __init__(self, server: TelegramServer, settings: Settings) -> None:
        self.application, self.heard = tiny_bot(server)
        self.settings = settings
        self.troubles: list[TelegramError] = []

    async def __call__(self) -> None:
        async with self.application:
            await self.application.start()
            try:
                await receive(self.application, self.settings, self.troubles.append)
            finally:
                await self.application.stop()


def words(life: Life) -> list[str | None]:
    return [message.text for message in life.heard]


def test_what_was_said_is_asked_for(server: TelegramServer) -> None:
    ada, life = server.add_person("Ada"), Life(server, Settings(secret_key=KEY))
    with running(life):
        ada.sends("hello")
        server.wait(lambda: words(life) == ["hello"])


def test_what_was_said_is_brought_once_also_while_the_bot_was_away(server: TelegramServer) -> None:
    ada, settings = server.add_person("Ada"), webhook_settings()
    first = Life(server, settings)
    with running(first):
        server.wait(lambda: server.updates.webhook)
        ada.sends("one")
        server.wait(lambda: words(first) == ["one"])
    ada.sends("two")
    second = Life(server, settings)
    with running(second):
        server.wait(lambda: words(second) == ["two"])
    third = Life(server, Settings(secret_key=KEY))
    with running(third):
        server.wait(lambda: server.updates.polls)
        assert server.updates.webhook is None
    delivered = [one.update_id for one in server.updates.deliveries if one.status == 200]
    assert len(delivered) == len(set(delivered)) == 2


def test_who_does_not_know_the_secret_or_says_too_much_or_nonsense_is_not_heard(
    server: TelegramServer, http: httpx2.Client
) -> None:
    settings = webhook_settings(telegram_webhook_secret=SecretStr("s3cret"))
    life, url = Life(server, settings), str(settings.telegram_webhook_url)
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
        server.wait(lambda: words(life) == ["hello"])


def test_a_webhook_needs_a_secret(server: TelegramServer) -> None:
    life = Life(server, webhook_settings(secret_key=None))
    with pytest.raises(SettingMissing):
        asyncio.run(life())
