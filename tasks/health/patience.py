"""Calls that may hang (a question to a database behind a dead network), waited for so long and no longer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Patient(Generic[T]):
    """One function, called in a thread; while a call hangs, no other is begun.

    The thread does not keep the process from ending.
    """

    def __init__(self, call: Callable[[], T], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._running: Future[T] | None = None

    async def __call__(self) -> T:
        """What the function returns or raises. Raises `TimeoutError`. Callers at one time share a call."""
        if self._running is None or self._running.done():
            self._running = Future()
            threading.Thread(
                target=self._run, args=(self._running,), name="giydir-check", daemon=True
            ).start()
        answer = asyncio.shield(asyncio.wrap_future(self._running))
        return await asyncio.wait_for(answer, self._seconds)

    def _run(self, future: Future[T]) -> None:
        try:
            result = self._call()
        except BaseException as error:  # Whoever waits raises it.
            future.set_exception(error)
        else:
            future.set_result(result)
