"""The client: what Telegram says comes in here, and goes to commands and buttons."""

from __future__ import annotations

import asyncio
import secrets

from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.core.affairs import Affairs
from bot.core.asking import Asking
from bot.core.catalogues import Catalogues
from bot.core.complaints import Complaints
from bot.core.delivery import Delivery
from bot.core.halves import Halves
from bot.core.houses import Houses
from bot.core.keepsakes import Keepsakes
from bot.core.moderating import Moderating
from bot.core.notices import Notices
from bot.core.pending import Pending
from bot.telegram.dispatch import heard
from bot.telegram.flood import Flood
from bot.telegram.herald import TelegramHerald
from bot.telegram.menu import publish_commands
from bot.telegram.people import PLATFORM
from bot.telegram.post import TelegramPost
from bot.telegram.receiving import Heard, Receiving
from bot.telegram.rights import Rights
from bot.telegram.speech import command_names
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.store.store import Store

# Requests whose photos are fetched and looked at at a time; each holds them in memory, and who only asks
# something is not to wait for that.
_AT_WORK = 3
# To Telegram at a time. Each request looks through all there are, so a few are quicker used again; whoever
# finds none free waits.
_CONNECTIONS, _PATIENCE = 40, 30.0


class TelegramClient:
    """Keeps no messages and no members in memory: the database and Telegram know them."""

    def __init__(
        self,
        desk: Desk,
        store: Store,
        settings: Settings,
        catalogues: Catalogues,
        token: str,
        clock: Clock = system_clock,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.catalogues = catalogues
        self.desk = desk
        self.asking = Asking(desk, store, settings)
        self.affairs = Affairs(desk, store, settings, clock)
        self.keepsakes = Keepsakes(desk, store, settings, clock)
        self.halves = Halves(desk, store, settings, clock)
        self.notices = Notices(desk, PLATFORM, TelegramHerald(self))
        self.complaints = Complaints(desk, store, self.notices.wake)
        self.moderating = Moderating(desk, store)
        self.houses = Houses(desk)
        self.rights = Rights()
        self.post = TelegramPost(self)
        self.delivery = Delivery(desk, store, self.asking, self.post, clock)
        self.at_work = asyncio.Semaphore(_AT_WORK)
        # What members asked for before they agreed to the terms, or said before they sent photos.
        self.pending = Pending(desk)
        # What commands are called in each language, and here.
        self.command_names = command_names(catalogues)
        address = settings.telegram_api_url.rstrip("/")
        self.bot: ExtBot[int] = ExtBot(
            token,
            base_url=f"{address}/bot",
            base_file_url=f"{address}/file/bot",
            rate_limiter=Flood(),
            request=HTTPXRequest(connection_pool_size=_CONNECTIONS, pool_timeout=_PATIENCE),
        )
        self.receiving = Receiving(desk, self.bot, self.hear)

    async def hear(self, told: Heard) -> None:
        """Whatever Telegram tells."""
        await heard(self, told)

    async def begin(self) -> None:
        """Before the first update: Telegram knows our commands."""
        await publish_commands(self.bot, self.catalogues)

    def new_reference(self) -> str:
        """By which a line of the log is found again; short enough to be read out."""
        return secrets.token_hex(4)
