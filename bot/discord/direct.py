"""Direct messages that come once, though nobody knows whether an earlier process sent them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord

from tasks.logs import get_logger

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient

log = get_logger()

# How many of the newest messages of the chat are looked through.
_LOOK_BACK = 50


async def send_once(
    client: TryOnClient,
    user: int,
    text: str,
    *,
    nonce: str,
    view: discord.ui.View | None = None,
    files: Sequence[discord.File] = (),
) -> None:
    """Write to a member, unless a message with the same text, or with one of the same buttons, is there: a
    bot that died before it could say so sent it. So `text` says what it is about, or the buttons do. `nonce`
    has 25 characters at most: by it Discord itself refuses the same message twice, for some minutes. Raises
    discord.py's errors."""
    chat = await client.create_dm(discord.Object(user))
    if await _was_sent(client, chat, text, view):
        log.info("sent_before", nonce=nonce)
        return
    shown = discord.utils.MISSING if view is None else view
    await chat.send(text, files=files, view=shown, nonce=nonce)


async def _was_sent(
    client: TryOnClient, chat: discord.DMChannel, text: str, view: discord.ui.View | None
) -> bool:
    buttons = set(_ids(() if view is None else view.children))
    async for message in chat.history(limit=_LOOK_BACK):
        if client.user is None or message.author.id != client.user.id:
            continue
        items = [item for row in message.components for item in getattr(row, "children", ())]
        if buttons.intersection(_ids(items)) or message.content == text:
            return True
    return False


def _ids(items: Sequence[object]) -> list[str]:
    return [name for item in items if (name := getattr(item, "custom_id", None)) is not None]
