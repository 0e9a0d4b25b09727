"""Hears what happens to jobs, in a thread of its own, and tells the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis

from tasks.broker.events import Event, listen
from tasks.errors import BrokerUnavailable
from tasks.logs import get_logger

log = get_logger()

_PATIENCE = 0.5
_PAUSE = 2.0


@contextmanager
def hearing(redis: Redis, hear: Callable[[Event], None]) -> Iterator[None]:
    """Within, `hear` is called in the running event loop. Without Redis nothing is heard and nothing lost."""
    loop, stopping = asyncio.get_running_loop(), threading.Event()
    thread = threading.Thread(
        target=_listen, args=(redis, loop, hear, stopping), name="giydir-ears", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stopping.set()


def _listen(
    redis: Redis,
    loop: asyncio.AbstractEventLoop,
    hear: Callable[[Event], None],
    stopping: threading.Event,
) -> None:
    deaf = False
    while not stopping.is_set():
        try:
            for event in listen(redis, patience=_PATIENCE):
                if deaf:
                    log.info("hearing_again")
                    deaf = False
                if stopping.is_set():
                    return
                if event is not None:
                    loop.call_soon_threadsafe(hear, event)
        except BrokerUnavailable as away:
            if not deaf:
                log.warning("deaf", reason=str(away))
                deaf = True
            stopping.wait(_PAUSE)
        except RuntimeError:
            return  # The loop is closed: the process ends.
