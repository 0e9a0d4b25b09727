"""Whoever comes in is greeted first: work on requests waits while others are still to be acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

# Requests that are worked on at a time; more would only slow each other, and the greeting, down.
_AT_ONCE = 4
# How long somebody waits at most while others keep coming in: whoever is not greeted by then is not any more.
_PATIENCE = 3.0


class Doorway:
    """One for each client; used from its event loop only."""

    def __init__(self) -> None:
        self._greeting = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._places = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def greeting(self) -> AsyncIterator[None]:
        """Around an acknowledgement."""
        self._greeting += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._greeting -= 1
            if self._greeting == 0:
                self._quiet.set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Around what takes long: photos, the desk."""
        async with self._places:
            await self.quiet()
            yield

    async def quiet(self) -> None:
        """Nobody is still to be acknowledged."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), _PATIENCE)
