"""Points the real discord.py at a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.standins.discord.server import DiscordServer


@contextmanager
def pointed_at(server: DiscordServer) -> Iterator[None]:
    """Every client started in the block talks to the stand-in. For bots without settings for it."""
    with (
        patch.object(Route, "BASE", server.api_url),
        patch.object(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url)),
    ):
        yield
