"""Telegram as a front end of the bot's process."""

from __future__ import annotations

import asyncio
import logging
import os
import time

from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.core.catalogues import Catalogues
from bot.telegram.client import TelegramClient
from bot.telegram.incoming import receive
from bot.telegram.people import PLATFORM
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import OptionInvalid
from tasks.logs import get_logger
from tasks.store.store import Store

log = get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_TROUBLE_SECONDS = 45.0


class TelegramFrontEnd:
    """The client, what comes in, and its delivery."""

    name = PLATFORM

    def __init__(
        self,
        desk: Desk,
        store: Store,
        settings: Settings,
        catalogues: Catalogues,
        token: str,
        clock: Clock = system_clock,
    ) -> None:
        _keep_quiet()
        self.client = TelegramClient(desk, store, settings, catalogues, token, clock)
        self.delivery = self.client.delivery
        self._settings = settings
        self._connected = False
        self._failed_at: float | None = None

    async def run(self) -> None:
        try:
            await self._log_in()
            await self.client.begin()
            self._connected = True
            await self._serve()
        finally:
            self._connected = False
            await self.client.bot.shutdown()

    async def _serve(self) -> None:
        """All goes on until it is cancelled; what ends has failed, and ends the rest."""
        client = self.client
        all_of_it = [
            asyncio.create_task(receive(client.bot, client.receiving, self._settings, self._poll_failed)),
            asyncio.create_task(self.delivery.run()),
            asyncio.create_task(self.client.notices.run()),
        ]
        try:
            done, _ = await asyncio.wait(all_of_it, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in all_of_it:
                task.cancel()
            await asyncio.gather(*all_of_it, return_exceptions=True)

    def trouble(self) -> str | None:
        if not self._connected:
            return "not_connected"
        failed = self._failed_at is not None and time.monotonic() - self._failed_at < _TROUBLE_SECONDS
        return "not_connected" if failed else None

    def _poll_failed(self, error: TelegramError) -> None:
        self._failed_at = time.monotonic()
        log.warning("poll_failed", kind=type(error).__name__)

    async def _log_in(self) -> None:
        """Insist while Telegram is away; not where it says no."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self.client.bot.initialize()
            except InvalidToken:
                # Its message has the token in it.
                raise OptionInvalid("Telegram does not accept TELEGRAM_TOKEN") from None
            except (NetworkError, RetryAfter) as away:
                log.warning("not_logged_in", reason=type(away).__name__, again_in=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return


def _keep_quiet() -> None:
    """httpx logs each address that it asks, and the token is a part of it."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Times of waiting come as they will in its next version, and without a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
