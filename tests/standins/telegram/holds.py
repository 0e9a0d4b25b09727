"""Requests that are not answered for now: what a bot is at when it is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.standins.telegram.rules import Json


@dataclass(eq=False)
class Hold:
    """The next request of a method that `fits` is held; `done`: after what was asked is done, so that only
    the answer is missing. `reached`: somebody waits for it."""

    method: str
    fits: Callable[[Json], bool]
    done: bool
    reached: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """It goes on as if nothing had been. Called in the stand-in's thread."""
        self.released.set()


@dataclass
class Holds:
    """Those that were ordered."""

    changed: Callable[[], None]
    ordered: list[Hold] = field(default_factory=list)

    def order(
        self, method: str, fits: Callable[[Json], bool] = lambda values: True, *, done: bool = False
    ) -> Hold:
        hold = Hold(method, fits, done)
        self.ordered.append(hold)
        return hold

    def take(self, method: str, values: Json) -> Hold | None:
        """The one for this request, which is used up by it."""
        for hold in self.ordered:
            if hold.method == method and not hold.reached and hold.fits(values):
                hold.reached = True
                self.changed()
                return hold
        return None
