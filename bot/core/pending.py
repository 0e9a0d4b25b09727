"""What a member asked for when something else has to come first: consent, or the photos. It waits at the
desk, where any process finds it, for a quarter of an hour and unread, as a photo that waits does."""

from __future__ import annotations

import json
from typing import Any

from bot.core.crossing import aside
from tasks.desk import Desk
from tasks.records import Person

# What waits until they agree to the terms.
ASKED = "asked"


class Pending:
    """What front ends call, from the event loop. `wanted` is what JSON holds; of each name the last waits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def keep(self, person: Person, wanted: Any, name: str = ASKED) -> None:
        """In place of what waited before. Raises `OptionInvalid` for very much."""
        await aside(self._desk.keep_wish, person, name, json.dumps(wanted))

    async def look(self, person: Person, name: str = ASKED) -> Any:
        """What waits, and goes on waiting; `None` for nothing."""
        return _read(await aside(self._desk.wish, person, name))

    async def take(self, person: Person, name: str = ASKED) -> Any:
        """What waits, for whoever asks first; `None` for nothing."""
        return _read(await aside(self._desk.take_wish, person, name))


def _read(words: str | None) -> Any:
    return None if words is None else json.loads(words)
