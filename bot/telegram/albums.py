"""An album comes as messages of their own, one after the other, and nothing says which is the last."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from telegram import Message

# After the last message of an album; Telegram sends all of them in a moment.
WAIT_SECONDS = 0.7
_MOST_ALBUMS = 1000
_MOST_PHOTOS = 10

Whole = Callable[[list[Message]], Awaitable[None]]


class Albums:
    """Collects what belongs together. An album that is being collected when the process ends is lost."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Message]] = {}

    async def add(self, message: Message, whole: Whole) -> None:
        """One of an album's messages; whoever brings the first one waits for the others, and goes on."""
        album = f"{message.chat.id}:{message.media_group_id}"
        if album in self._parts:
            if len(self._parts[album]) < _MOST_PHOTOS:
                self._parts[album].append(message)
            return
        if len(self._parts) >= _MOST_ALBUMS:
            return
        parts = self._parts[album] = [message]
        known = 0
        while known < len(parts):
            known = len(parts)
            await asyncio.sleep(WAIT_SECONDS)
        del self._parts[album]
        await whole(sorted(parts, key=lambda part: part.message_id))
