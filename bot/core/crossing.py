"""The one way from the event loop to the desk and the store, which wait for disks and databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` returns or raises, from a thread; the event loop goes on meanwhile.

    Who waits may be cancelled; the call itself goes on to its end.
    """
    return await asyncio.to_thread(call, *args, **kwargs)
