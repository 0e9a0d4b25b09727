"""One line in the chat that a group's moderators named for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.core.tongue import Tongue
from bot.telegram.people import mention
from bot.telegram.speech import as_html, tongue_in
from tasks.logs import get_logger
from tasks.records import Place

if TYPE_CHECKING:
    from bot.telegram.client import TelegramClient
    from bot.telegram.turn import Turn

log = get_logger()


async def tell_house(client: TelegramClient, place: Place, line: Callable[[Tongue], str]) -> None:
    """`line` says it in the group's language. What stands in the way is logged, and nothing more: what it is
    about stands in the database."""
    house = await client.houses.of(place)
    if house.log_channel is None:
        return
    text = as_html(line(tongue_in(client, house.language)))
    try:
        await client.bot.send_message(int(house.log_channel), text, parse_mode=ParseMode.HTML)
    except TelegramError as error:
        log.warning("log_chat_refused", kind=type(error).__name__)


async def tell_act(turn: Turn, what: str) -> None:
    """What a moderator did, with their name."""
    line = f"{mention(str(turn.user.id))}: {what}"
    await tell_house(turn.client, turn.asker.place, lambda _: line)
