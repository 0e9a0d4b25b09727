"""One line in the channel that a server's moderators named for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import discord

from bot.core.tongue import Tongue
from bot.discord.speech import show_time
from tasks.logs import get_logger
from tasks.records import Place

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient

log = get_logger()


async def tell_house(client: TryOnClient, place: Place, line: Callable[[Tongue], str]) -> None:
    """`line` says it in the server's language. What stands in the way is logged, and nothing more: what it is
    about stands in the database."""
    house = await client.houses.of(place)
    if house.log_channel is None:
        return
    guild = client.get_guild(int(place.community)) if place.community.isdecimal() else None
    locale = None if guild is None else guild.preferred_locale.value
    tongue = client.catalogues.tongue(house.language, locale, show_time=show_time)
    channel = client.get_partial_messageable(int(house.log_channel))
    try:
        await channel.send(line(tongue))
    except discord.HTTPException as error:
        log.warning("log_channel_refused", status=error.status, code=error.code)
