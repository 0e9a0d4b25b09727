"""A bot in a thread and a loop of its own, as it is in life: it goes on while the test waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

STOP_SECONDS = 10.0


@contextmanager
def running(bot: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
    """`bot` runs until the end of the block, where it is cancelled, and its error, if any, raised."""
    started: SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = SimpleQueue()
    errors: list[Exception] = []

    async def main() -> None:
        task = asyncio.create_task(bot())
        started.put((asyncio.get_running_loop(), task))
        try:
            await task
        except asyncio.CancelledError:
            pass
        except Exception as error:
            errors.append(error)
        finally:
            ended.set()

    ended = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(main()), name="bot", daemon=True)
    thread.start()
    loop, task = started.get()
    try:
        yield
    finally:
        if not ended.is_set():
            loop.call_soon_threadsafe(task.cancel)
        thread.join(STOP_SECONDS)
        assert not thread.is_alive(), "the bot did not end"
        if errors:
            raise errors[0]
