"""What members wanted when they were asked for consent first. Lost with the process: they ask again."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

_MOST = 1000
_SECONDS = 14 * 60.0

Continue = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class _Kept:
    go_on: Continue
    until: float


class Pending:
    """The last wish of each user, for a while."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, _Kept] = OrderedDict()

    def keep(self, user_id: int, go_on: Continue) -> None:
        """`go_on` is called with the interaction in which they agreed."""
        self._kept.pop(user_id, None)
        self._kept[user_id] = _Kept(go_on, time.monotonic() + _SECONDS)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def take(self, user_id: int) -> Continue | None:
        kept = self._kept.pop(user_id, None)
        return kept.go_on if kept is not None and time.monotonic() < kept.until else None
