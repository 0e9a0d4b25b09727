"""Attachments under signed links that expire, as Discord's CDN serves them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from tests.standins.clock import Clock
from tests.standins.discord.state import Attachment

LINK_SECONDS = 24 * 3600
# As a route that can be held.
DOWNLOAD = "GET attachment"


class Cdn:
    """`base` gives the server's address once it is known; `store` holds the attachments by id. `asked` is
    awaited before one is given out."""

    def __init__(
        self,
        clock: Clock,
        base: Callable[[], str],
        store: dict[int, Attachment],
        asked: Callable[[], Awaitable[None]],
    ) -> None:
        self._asked = asked
        self._clock = clock
        self._base = base
        self._store = store
        self._key = secrets.token_bytes(16)

    def url(self, attachment: Attachment) -> str:
        """A link that is good for a day from now."""
        now = int(self._clock.now())
        path = f"/cdn/attachments/{attachment.channel_id}/{attachment.id}/{quote(attachment.filename)}"
        until = f"{now + LINK_SECONDS:x}"
        return f"{self._base()}{path}?ex={until}&is={now:x}&hm={self._sign(attachment.id, until)}"

    async def serve(self, request: web.Request) -> web.Response:
        await self._asked()
        attachment = self._store.get(int(request.match_info["id"]))
        until = request.query.get("ex", "")
        if attachment is None or not hmac.compare_digest(
            request.query.get("hm", ""), self._sign(attachment.id, until)
        ):
            return web.Response(status=404, text="This content is no longer available.")
        if int(until, 16) < self._clock.now():
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=attachment.data, headers={"Content-Type": attachment.content_type})

    def _sign(self, id: int, until: str) -> str:
        return hmac.new(self._key, f"{id}:{until}".encode(), hashlib.sha256).hexdigest()
