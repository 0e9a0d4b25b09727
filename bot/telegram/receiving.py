"""What Telegram tells is written down at the desk first, and then handled: nothing is lost on the way.

Telegram tells an update again until it is confirmed, and that is when it stands in the desk's inbox. A
process that is killed leaves there what it did not end, and the next one takes it up.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from telegram import Bot, Update

from bot.core.crossing import aside
from bot.telegram.people import PLATFORM
from bot.telegram.said import photo_of
from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable
from tasks.logs import get_logger
from tasks.records import Told

log = get_logger()

# An album comes as messages of their own, and nothing says which is the last. Telegram sends all of them in a
# moment.
ALBUM_SECONDS = 0.7
# How long what is being handled may still take when the bot is told to stop.
LAST_SECONDS = 10.0
# Each is some kilobytes; what is more waits with Telegram.
_MOST = 1000


@dataclass(frozen=True)
class Heard:
    """One update, or those of an album in their order. `event` names it in the inbox; `note` is what a
    process noted down there that did not come to the end."""

    updates: tuple[Update, ...]
    event: str
    note: str | None = None


@dataclass(eq=False)
class _Bundle:
    updates: list[Update]
    note: str | None
    grew_at: float


Handle = Callable[[Heard], Awaitable[None]]


class Receiving:
    """What one member says in a chat is handled one after the other, what others say meanwhile."""

    def __init__(self, desk: Desk, bot: Bot, handle: Handle) -> None:
        self._desk = desk
        self._bot = bot
        self._handle = handle
        self._albums: dict[str, _Bundle] = {}
        self._lanes: dict[object, asyncio.Task[None]] = {}
        self._going_on: set[asyncio.Task[None]] = set()
        self._handled: list[str] = []

    async def take_up(self) -> None:
        """What the process before did not end. Raises `DatabaseUnavailable`."""
        for told in await aside(self._desk.take_up, PLATFORM):
            log.info("update_taken_up", update=told.event)
            self._begin(Update.de_json(json.loads(told.body), self._bot), told.note)

    async def take_in(self, updates: Sequence[Update]) -> None:
        """When this returns they may be confirmed. Those that were told before change nothing.

        Raises `DatabaseUnavailable`; then they are to be told again.
        """
        if not updates:
            return
        told = [Told(str(one.update_id), one.to_json()) for one in updates]
        new = await aside(self._desk.take_in, PLATFORM, told)
        for one in updates:
            if str(one.update_id) in new:
                self._begin(one, None)
        while len(self._going_on) >= _MOST:
            await asyncio.wait(self._going_on, return_when=asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """What goes on may end, for a while; the next process takes up the rest."""
        if self._going_on:
            await asyncio.wait(self._going_on, timeout=LAST_SECONDS)
        for task in self._going_on:
            task.cancel()
        await asyncio.gather(*self._going_on, return_exceptions=True)

    def _begin(self, update: Update, note: str | None) -> None:
        album = _album(update)
        if album is not None and (open_one := self._albums.get(album)) is not None:
            open_one.updates.append(update)
            open_one.note = open_one.note or note
            open_one.grew_at = time.monotonic()
            return
        bundle, lane = _Bundle([update], note, time.monotonic()), _lane(update)
        if album is not None:
            self._albums[album] = bundle
        task = asyncio.create_task(self._in_turn(bundle, album, self._lanes.get(lane)))
        self._lanes[lane] = task
        self._going_on.add(task)
        task.add_done_callback(lambda _: self._end(lane, task))

    def _end(self, lane: object, task: asyncio.Task[None]) -> None:
        self._going_on.discard(task)
        if self._lanes.get(lane) is task:
            del self._lanes[lane]

    async def _in_turn(self, bundle: _Bundle, album: str | None, before: asyncio.Task[None] | None) -> None:
        if album is not None:
            while (left := bundle.grew_at + ALBUM_SECONDS - time.monotonic()) > 0:
                await asyncio.sleep(left)
            del self._albums[album]
        if before is not None:
            await asyncio.wait([before])
        updates = sorted(bundle.updates, key=lambda one: one.update_id)
        events = [str(one.update_id) for one in updates]
        try:
            await self._handle(Heard(tuple(updates), events[0], bundle.note))
        except Exception:
            # A mistake of ours, and no member is waiting who was not answered: it would only fail again.
            log.exception("update_failed")
        await self._mark(events)

    async def _mark(self, events: Sequence[str]) -> None:
        self._handled += events
        handled = list(self._handled)
        try:
            await aside(self._desk.mark_handled, PLATFORM, handled)
        except DatabaseUnavailable as away:
            # With the next one.
            log.warning("updates_unmarked", reason=str(away))
            return
        self._handled = [event for event in self._handled if event not in handled]


def _album(update: Update) -> str | None:
    message = update.message
    if message is None or message.media_group_id is None or photo_of(message) is None:
        return None
    return f"{message.chat.id}:{message.media_group_id}"


def _lane(update: Update) -> object:
    chat, user = update.effective_chat, update.effective_user
    return (chat and chat.id, user and user.id)
