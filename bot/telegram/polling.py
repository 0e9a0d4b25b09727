"""Asks Telegram for what is new, again and again; for a bot that nobody can reach from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram.flood import seconds_of
from bot.telegram.receiving import Receiving
from tasks.errors import DatabaseUnavailable, OptionInvalid
from tasks.logs import get_logger

log = get_logger()

WANTED = (Update.MESSAGE, Update.CALLBACK_QUERY)
# Of one long poll. A failed one is tried again within half a minute.
_POLL = timedelta(seconds=10)
FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0

OnTrouble = Callable[[TelegramError], None]


async def poll(bot: Bot, receiving: Receiving, on_trouble: OnTrouble) -> None:
    """Without end. The offset that a poll asks for confirms all before it, and so it only moves over what
    stands in the inbox. Raises `OptionInvalid` where the token is not good any longer."""
    offset: int | None = None
    pause = FIRST_PAUSE
    while True:
        try:
            if offset is None:
                # There may be one from before.
                await bot.delete_webhook()
            updates = await bot.get_updates(offset=offset, timeout=_POLL, allowed_updates=WANTED)
            await receiving.take_in(updates)
        except InvalidToken:
            # Its message has the token in it.
            raise OptionInvalid("Telegram does not accept TELEGRAM_TOKEN any longer") from None
        except TelegramError as error:
            if isinstance(error, Conflict):
                log.error("polled_by_another", reason="one bot polls with a token; stop the other one")
            on_trouble(error)
            await asyncio.sleep(seconds_of(error) if isinstance(error, RetryAfter) else pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        except DatabaseUnavailable as away:
            log.warning("updates_not_taken_in", reason=str(away))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            offset = updates[-1].update_id + 1 if updates else offset or 0
            pause = FIRST_PAUSE
