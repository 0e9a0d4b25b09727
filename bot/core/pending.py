"""What members wanted when something had to come first: consent, or the rest of a request. Lost with the
process: they ask again."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

_MOST = 1000
_SECONDS = 14 * 60.0

# Called with the interaction in which they agreed.
Continue = Callable[[Any], Awaitable[None]]


T = TypeVar("T")


@dataclass(frozen=True)
class _Kept(Generic[T]):
    wish: T
    until: float


class Pending(Generic[T]):
    """The last wish of each user, for a while."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, _Kept[T]] = OrderedDict()

    def keep(self, user_id: int, wish: T) -> None:
        self._kept.pop(user_id, None)
        self._kept[user_id] = _Kept(wish, time.monotonic() + _SECONDS)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def take(self, user_id: int) -> T | None:
        kept = self._kept.pop(user_id, None)
        return kept.wish if kept is not None and time.monotonic() < kept.until else None
