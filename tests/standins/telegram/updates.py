"""What the bot is told: a queue of updates, fetched by long polling or delivered to a webhook."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import aiohttp

from tests.standins.telegram.errors import conflict_with_poll, conflict_with_webhook
from tests.standins.telegram.rules import Json, telegram_rules

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Told only to bots that ask for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
AGAIN_SECONDS = 0.1
DELIVERY_SECONDS = 10.0
MOST_TIMEOUT = 50


@dataclass
class Delivery:
    """One attempt to hand an update to the webhook; `status` 0 where nobody answered."""

    update_id: int
    status: int


@dataclass
class Updates:
    """`pending`: not yet confirmed, kept over restarts of the bot. `polls`: how many there were."""

    changed: Callable[[], None]
    violate: Callable[[list[str]], None]
    pending: list[Json] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    webhook: Json | None = None
    certificate: bytes | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    _ids: count[int] = field(default_factory=lambda: count(700_000_001))
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    polls: int = 0
    _task: asyncio.Task[None] | None = None

    def add(self, kind: str, data: Json) -> None:
        wanted = kind in self.allowed if self.allowed else kind not in ON_REQUEST
        if not wanted:
            return
        update = {"update_id": next(self._ids), kind: data}
        if wrong := telegram_rules().problems_of_update(update):
            self.violate(wrong)
        self.pending.append(update)
        self._news.set()
        self.changed()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """An offset confirms all before it. A second poll ends the first one."""
        if self.webhook:
            raise conflict_with_webhook()
        self.polls += 1
        own = self.polls
        self._news.set()
        if offset < 0:
            self.pending = self.pending[offset:]
        self.pending = [one for one in self.pending if one["update_id"] >= offset]
        until = asyncio.get_running_loop().time() + min(timeout, MOST_TIMEOUT)
        while not self.pending:
            self._news.clear()
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                break
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                break
            if self.polls != own:
                self._news.set()
                raise conflict_with_poll()
        return self.pending[:limit]

    def set_webhook(self, webhook: Json | None, certificate: bytes | None = None) -> None:
        """None takes it away. Deliveries begin at once. `certificate`: in PEM, the only one to trust."""
        if self._task:
            self._task.cancel()
            self._task = None
        self.webhook, self.certificate = webhook, certificate
        if webhook:
            self._task = asyncio.create_task(self._deliver(webhook["url"], webhook.get("secret_token")))

    async def _deliver(self, url: str, secret: str | None) -> None:
        """One after the other; what is not answered with 2xx comes again."""
        headers = {SECRET_HEADER: secret} if secret else {}
        timeout = aiohttp.ClientTimeout(total=DELIVERY_SECONDS)
        trusted = ssl.create_default_context(cadata=self.certificate.decode()) if self.certificate else True
        connector = aiohttp.TCPConnector(ssl=trusted)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout, connector=connector) as session:
            while True:
                while not self.pending:
                    self._news.clear()
                    await self._news.wait()
                update = self.pending[0]
                try:
                    async with session.post(url, json=update) as response:
                        status = response.status
                except (aiohttp.ClientError, TimeoutError):
                    status = 0
                self.deliveries.append(Delivery(update["update_id"], status))
                if 200 <= status < 300:
                    self.pending.remove(update)
                else:
                    await asyncio.sleep(AGAIN_SECONDS)
                self.changed()
