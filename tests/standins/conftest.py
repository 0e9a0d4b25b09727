"""A stand-in fails its test at the end if a bot sent what the platform forbids."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.standins.discord.server import DiscordServer, running_discord
from tests.standins.telegram.server import TelegramServer, running_telegram


@pytest.fixture
def discord_server() -> Iterator[DiscordServer]:
    with running_discord() as server:
        yield server


@pytest.fixture
def telegram_server() -> Iterator[TelegramServer]:
    with running_telegram() as server:
        yield server


@pytest.fixture(scope="session")
def http() -> Iterator[httpx2.Client]:
    """For requests that no library would send."""
    with httpx2.Client() as client:
        yield client
