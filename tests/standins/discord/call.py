"""One request on its way to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.standins.files import File

if TYPE_CHECKING:
    from tests.standins.discord.server import DiscordServer

Answer = tuple[int, Any]


@dataclass
class Call:
    """Already found to be as the description says. `files` by their number."""

    server: DiscordServer
    values: dict[str, str]
    query: dict[str, str]
    body: Any
    files: dict[int, File]

    def id(self, name: str) -> int:
        return int(self.values[name])


Handler = Callable[[Call], Answer]
HANDLERS: dict[str, Handler] = {}


def answers(*routes: str) -> Callable[[Handler], Handler]:
    """The function answers these routes; it raises `Refusal` for an error."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(routes, handler))
        return handler

    return register


NO_CONTENT: Answer = (204, None)
