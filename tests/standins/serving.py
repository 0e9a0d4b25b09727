"""An aiohttp application in a thread of its own, at a free port of this machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")
START_SECONDS = 10.0
LOOK_SECONDS = 0.02


class NothingCame(AssertionError):
    """What a test waited for did not happen in time."""


class Serving:
    """All of a stand-in's state is changed in this thread only; tests reach it through `run`."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="stand-in", daemon=True)
        self._changed = asyncio.Event()
        self.port = 0

    @property
    def thread_id(self) -> int:
        """As the operating system counts threads."""
        assert self._thread.native_id is not None
        return self._thread.native_id

    def start(self) -> None:
        self._thread.start()
        self.port = self.run(self._open(), START_SECONDS)

    def stop(self) -> None:
        self.run(self._close(), START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)

    def run(self, work: Coroutine[Any, Any, T], within: float = 30.0) -> T:
        """Do something in the stand-in's thread and wait for its end; called from any other thread."""
        assert threading.current_thread() is not self._thread, "would wait for itself"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within)

    def do(self, work: Callable[[], T]) -> T:
        """The same for a plain function."""

        async def once() -> T:
            return work()

        return self.run(once())

    def changed(self) -> None:
        """Called in the stand-in's thread after a change that somebody may be waiting for."""
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()

    def wait(self, look: Callable[[], T | None], within: float, what: str) -> T:
        """Until `look` gives something true, which is returned. Raises `NothingCame`."""
        return self.run(self._until(look, within, what), within + 5)

    async def _until(self, look: Callable[[], T | None], within: float, what: str) -> T:
        until = self._loop.time() + within
        while not (found := look()):
            try:
                # Also looks again now and then: what a test waits for may be the bot's own state.
                await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
            except TimeoutError:
                if self._loop.time() > until:
                    raise NothingCame(f"{what}: not within {within:g} s") from None
        return found

    async def _open(self) -> int:
        # A long poll of a bot that has gone ends with its connection.
        self._runner = web.AppRunner(
            self._app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        address: tuple[str, int] = self._runner.addresses[0]
        return address[1]

    async def _close(self) -> None:
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
