from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standins.discord.server import DiscordServer, running_discord


@pytest.fixture
def discord_server() -> Iterator[DiscordServer]:
    """Fails the test at its end if the bot sent what Discord forbids."""
    with running_discord() as server:
        yield server
