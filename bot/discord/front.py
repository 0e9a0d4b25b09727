"""Discord as a front end of the bot's process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core.catalogues import Catalogues
from bot.discord.client import TryOnClient
from bot.discord.people import PLATFORM
from config.settings import Settings
from tasks.desk import Desk
from tasks.errors import OptionInvalid
from tasks.logs import get_logger
from tasks.store.store import Store

log = get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
# To Discord at a time. discord.py opens as many as there are requests: in a rush each would cost a handshake
# and memory of its own, and a few are quicker used again.
_CONNECTIONS = 64


class DiscordFrontEnd:
    """The client, logged in and connected, and its delivery."""

    name = PLATFORM

    def __init__(
        self, desk: Desk, store: Store, settings: Settings, catalogues: Catalogues, token: str
    ) -> None:
        self._settings = settings
        self._token = token
        self._client = TryOnClient(desk, store, settings, catalogues)
        self.delivery = self._client.delivery

    async def run(self) -> None:
        _point_at(self._settings)
        self._client.http.connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
        async with self._client:
            await self._insist("not_logged_in", lambda: self._client.login(self._token))
            if self._settings.discord_gateway_url is None:
                await self._insist("gateway_not_known", self._ask_for_gateway)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._client.connect())
                group.create_task(self.delivery.run())
                group.create_task(self._client.notices.run())
                group.create_task(self._client.placeholders.end_left())

    def trouble(self) -> str | None:
        return None if self._client.is_ready() and not self._client.is_closed() else "not_connected"

    async def _insist(self, event: str, attempt: Callable[[], Awaitable[None]]) -> None:
        """While Discord is away; not where it says no."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await attempt()
            except discord.LoginFailure:
                raise OptionInvalid("Discord does not accept DISCORD_TOKEN") from None
            except (
                discord.DiscordServerError,
                discord.GatewayNotFound,
                aiohttp.ClientError,
                OSError,
            ) as away:
                log.warning(event, reason=type(away).__name__, again_in=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return

    async def _ask_for_gateway(self) -> None:
        """Where it is, and whether a session may begin: Discord allows so many in a day, and whoever begins
        one more loses the token."""
        shards, url, limit = await self._client.http.get_bot_gateway()
        log.info("gateway", sessions_left=limit["remaining"], at_once=limit["max_concurrency"])
        if shards > 1:
            # From 2500 servers on Discord does not let one connection hold them all.
            log.warning("shards_recommended", shards=shards)
        if limit["remaining"] <= 0:
            pause = limit["reset_after"] / 1000
            log.warning("no_session_left", again_in=pause)
            await asyncio.sleep(pause)
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)


def _point_at(settings: Settings) -> None:
    """discord.py keeps Discord's addresses in its classes."""
    Route.BASE = settings.discord_api_url.rstrip("/")
    if settings.discord_gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
