"""Requests that stand still on purpose, so that their sender can be killed over them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Held:
    """The next request of a route; `done`: it was done, and only its answer stays away."""

    route: str
    done: bool
    arrived: bool = False


class Holds:
    """`changed` is called, in the stand-in's thread, when a request has come that is held."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._held: list[Held] = []

    def next(self, route: str, *, done: bool = False) -> Held:
        """Hold the next request of a route, before it is done or after. It goes with its sender."""
        held = Held(route, done)
        self._held.append(held)
        return held

    async def pause(self, route: str, *, done: bool) -> None:
        """Where a request stands still, if it is to."""
        for held in self._held:
            if held.route == route and held.done is done and not held.arrived:
                held.arrived = True
                self._changed()
                await asyncio.Event().wait()
                return
