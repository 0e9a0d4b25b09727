"""How fast the bot may write, by Telegram's rules: to each chat, and to all together.

python-telegram-bot's own limiter lets one chat's 429 hold everybody's messages. Here each chat waits alone.
"""

from __future__ import annotations

import asyncio
import bisect
import math
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

# As `rate_limit_args`: this may wait, answers go first. Each takes part of the room only.
PLACEHOLDER, PROGRESS = 1, 2

_PRIVATE = (1, 1.0)  # messages, seconds
_GROUP = (20, 60.0)
_ALL = (30, 1.0)
_SHARES = {0: 1.0, PLACEHOLDER: 0.8, PROGRESS: 0.6}
_WRITES = ("send", "edit", "copy", "forward")
# Whoever must wait for longer is told so, and tries later.
LONGEST_HOLD = 60.0  # seconds
_TRIES = 5
# Telegram counts when a message arrives, not when it was sent.
_MARGIN = 0.05  # seconds

Answer = bool | dict[str, Any] | list[dict[str, Any]]


class _Window:
    """So many within so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds + _MARGIN
        self._sent: deque[float] = deque()

    def open_at(self, count: int, share: float) -> float:
        """When `count` more may go; more than fit go alone."""
        room = max(math.ceil(self._most * share), count)
        over = len(self._sent) + count - room
        return self._sent[over - 1] + self._seconds if over > 0 else 0.0

    def add(self, count: int, now: float) -> None:
        while self._sent and self._sent[0] + self._seconds <= now:
            self._sent.popleft()
        self._sent.extend([now] * count)

    def last_until(self) -> float:
        return self._sent[-1] + self._seconds if self._sent else 0.0


@dataclass
class _Chat:
    window: _Window
    held_until: float = 0.0


@dataclass(order=True)
class _Waiting:
    later: int
    number: int
    chat: int | str = field(compare=False)
    count: int = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class Flood(BaseRateLimiter[int]):
    """In one event loop. Only what writes or changes messages waits."""

    def __init__(self) -> None:
        self._all = _Window(*_ALL)
        self._chats: dict[int | str, _Chat] = {}
        self._line: list[_Waiting] = []
        self._number = 0
        self._alarm: asyncio.TimerHandle | None = None

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """What waits is given up with its tasks."""
        if self._alarm:
            self._alarm.cancel()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Answer:
        """Call when it is this message's turn, and again after a 429. Raises `RetryAfter` for a long one, and
        at once where an edit is concerned: the delivery has a time of its own for each message, and others to
        serve meanwhile."""
        chat = data.get("chat_id")
        if chat is None or endpoint == "sendChatAction" or not endpoint.startswith(_WRITES):
            return await callback(*args, **kwargs)
        longest = 0.0 if endpoint.startswith("edit") else LONGEST_HOLD
        self._number += 1
        number, tries = self._number, 0
        while True:
            self._check_hold(chat, longest)
            await self._turn(rate_limit_args or 0, number, chat, _messages(data))
            tries += 1
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = seconds_of(error)
                self._hold(chat, seconds)
                if seconds > longest or tries == _TRIES:
                    raise

    async def _turn(self, later: int, number: int, chat: int | str, count: int) -> None:
        waiting = _Waiting(later, number, chat, count, asyncio.get_running_loop().create_future())
        bisect.insort(self._line, waiting)
        self._pump()
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting in self._line:
                self._line.remove(waiting)
            raise

    def _check_hold(self, chat: int | str, longest: float) -> None:
        held = self._chat(chat).held_until - asyncio.get_running_loop().time()
        if held > longest:
            raise RetryAfter(math.ceil(held))

    def _chat(self, chat: int | str) -> _Chat:
        private = isinstance(chat, int) and chat > 0
        return self._chats.setdefault(chat, _Chat(_Window(*(_PRIVATE if private else _GROUP))))

    def _hold(self, chat: int | str, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds + _MARGIN
        held = self._chat(chat)
        held.held_until = max(held.held_until, until)

    def _pump(self) -> None:
        """Let go whoever may, in line; and look again when the next one may."""
        loop = asyncio.get_running_loop()
        now, still, soonest = loop.time(), [], math.inf
        for one in self._line:
            chat = self._chat(one.chat)
            share = _SHARES[one.later]
            at = max(
                chat.held_until,
                chat.window.open_at(one.count, share),
                self._all.open_at(one.count, share),
            )
            if at > now:
                soonest = min(soonest, at)
                still.append(one)
            elif not one.turn.done():
                chat.window.add(one.count, now)
                self._all.add(one.count, now)
                one.turn.set_result(None)
        self._line = still
        self._forget_idle(now)
        if self._alarm:
            self._alarm.cancel()
        self._alarm = loop.call_at(soonest + 0.001, self._pump) if still else None

    def _forget_idle(self, now: float) -> None:
        waited_for = {one.chat for one in self._line}
        for name, chat in list(self._chats.items()):
            if name not in waited_for and max(chat.held_until, chat.window.last_until()) <= now:
                del self._chats[name]


def _messages(data: dict[str, Any]) -> int:
    media = data.get("media")
    return len(media) if isinstance(media, list | tuple) else 1


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
