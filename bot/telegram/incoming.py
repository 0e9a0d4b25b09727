"""What happens on Telegram comes in: the bot asks for it, or Telegram brings it."""

from __future__ import annotations

import asyncio

from telegram import Bot

from bot.telegram.polling import OnTrouble, poll
from bot.telegram.receiving import Receiving
from config.settings import Settings
from tasks.errors import DatabaseUnavailable
from tasks.logs import get_logger

log = get_logger()

_PAUSE = 2.0


async def receive(bot: Bot, receiving: Receiving, settings: Settings, on_trouble: OnTrouble) -> None:
    """Until cancelled; then what is being handled may end. `on_trouble` hears of each time that Telegram
    could not be asked; it is asked again.

    Raises `OptionInvalid`, and for a webhook `SettingMissing` and `PortTaken`.
    """
    try:
        await _take_up(receiving)
        if settings.telegram_webhook_url is None:
            await poll(bot, receiving, on_trouble)
        else:
            # A web server is loaded only where it is wanted.
            from bot.telegram.webhook import serve

            await serve(bot, receiving, settings, on_trouble)
    finally:
        await receiving.finish()


async def _take_up(receiving: Receiving) -> None:
    while True:
        try:
            await receiving.take_up()
        except DatabaseUnavailable as away:
            log.warning("updates_not_taken_up", reason=str(away))
            await asyncio.sleep(_PAUSE)
        else:
            return
