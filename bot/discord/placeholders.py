"""Messages that say that a request is looked at. Until it is at the desk, or was refused, the database knows
of them, so that the next process can end what one that died had put up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.core.crossing import aside
from bot.core.post import Later, Unreachable
from bot.discord.address import Address
from bot.discord.people import PLATFORM
from tasks.errors import DatabaseUnavailable
from tasks.logs import get_logger
from tasks.records import Scalar

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient

log = get_logger()

_PAUSE = 5.0

_Left = dict[str, Mapping[str, Scalar]]


class Placeholders:
    """One for each client; used from its event loop only."""

    def __init__(self, client: TryOnClient) -> None:
        self._client = client
        self._began = client.clock()
        self._put_up: _Left = {}
        self._settled: list[str] = []
        self._writing = asyncio.Lock()

    async def announce(self, request_id: str, address: Address) -> None:
        """There will be one, whose number is not known yet."""
        self._put_up[request_id] = address.kept()
        try:
            await self._write()
        except DatabaseUnavailable as away:
            # The member is greeted all the same.
            log.warning("placeholder_not_announced", reason=str(away))

    async def put_up(self, request_id: str, address: Address) -> None:
        """There is one, and its request not yet at the desk. Raises `DatabaseUnavailable`."""
        self._put_up[request_id] = address.kept()
        await self._write()

    async def settle(self, request_id: str) -> None:
        """Its request is at the desk, or it says why not."""
        self._settled.append(request_id)
        try:
            await self._write()
        except DatabaseUnavailable as away:
            # The next process finds the job, or says once more that there is none.
            log.warning("placeholder_not_settled", reason=str(away))

    async def end_left(self) -> None:
        """Tell those whose request died with an earlier process to ask again. Goes on until all were told
        that can be."""
        left = await self._left()
        while left:
            for request_id, kept in list(left.items()):
                if await self._ended(Address.of_kept(kept)):
                    del left[request_id]
                    await self.settle(request_id)
            if left:
                await asyncio.sleep(_PAUSE)

    async def _left(self) -> _Left:
        while True:
            try:
                return dict(await aside(self._client.desk.left_placeholders, PLATFORM, self._began))
            except DatabaseUnavailable as away:
                log.warning("placeholders_not_known", reason=str(away))
                await asyncio.sleep(_PAUSE)

    async def _ended(self, address: Address) -> bool:
        try:
            await self._client.post.give_up(address)
        except Unreachable as gone:
            log.info("placeholder_out_of_reach", reason=str(gone))
        except Later:
            return False
        return True

    async def _write(self) -> None:
        """Whoever comes while others write is written with the next."""
        async with self._writing:
            put_up, self._put_up = self._put_up, {}
            settled, self._settled = self._settled, []
            if put_up or settled:
                await aside(self._client.desk.keep_placeholders, PLATFORM, put_up, settled)
