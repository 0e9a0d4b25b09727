"""A Telegram, a desk on SQLite, and two people; nobody has spoken to the bot yet."""

from __future__ import annotations

import pytest

from bot.core import delivery
from bot.telegram import flood, receiving
from tasks.store.store import Store
from tests.bot.kit import Worker
from tests.bot.telegram.kit import Here
from tests.standins.conftest import telegram_server  # noqa: F401 (fixture)
from tests.standins.telegram.server import TelegramServer
from tests.tasks.kit import Office


@pytest.fixture
def here(
    telegram_server: TelegramServer,  # noqa: F811
    office: Office,
    store: Store,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> Here:
    # A worker here sends no events; so the rounds are short.
    monkeypatch.setattr(delivery, "ROUND_SECONDS", 0.1)
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.2)
    monkeypatch.setattr(receiving, "ALBUM_SECONDS", 0.2)
    # People in a test are in a hurry, and this Telegram lets them.
    monkeypatch.setattr(flood, "_PRIVATE", (100, 1.0))
    telegram_server.limits.per_chat = (100, 1.0)
    ada, ben = telegram_server.add_person("Ada"), telegram_server.add_person("Ben")
    return Here(telegram_server, office, store, worker, ada, ben)
