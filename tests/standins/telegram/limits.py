"""Flood control: how many messages a bot may send and edit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.standins.clock import Clock
from tests.standins.telegram.errors import too_many
from tests.standins.telegram.state import PRIVATE, Chat


@dataclass
class Limits:
    """Messages within seconds. Short bursts in a chat are let through, as Telegram does: ten in ten seconds.

    `per_chat = (1, 1.0)` is the rule by the letter. `disobeyed`: methods called when the bot was to wait.
    """

    clock: Clock
    per_chat: tuple[int, float] = (10, 10.0)
    per_group: tuple[int, float] = (20, 60.0)
    overall: tuple[int, float] = (30, 1.0)
    disobeyed: list[str] = field(default_factory=list)
    _sent: dict[int, list[float]] = field(default_factory=dict)
    _holds: dict[int, float] = field(default_factory=dict)

    def ask(self, chat: Chat, messages: int, method: str) -> None:
        """Counts them, or raises 429 with `retry_after` in whole seconds."""
        now = self.clock.now()
        if now < self._holds.get(chat.id, 0):
            self.disobeyed.append(method)
        rules = [(chat.id, self.per_chat), (0, self.overall)]
        if chat.kind != PRIVATE:
            rules.append((chat.id, self.per_group))
        wait = max(self._wait(key, rule, messages, now) for key, rule in rules)
        if wait > 0:
            seconds = math.ceil(wait)
            self._holds[chat.id] = now + seconds
            raise too_many(seconds)
        for key in (chat.id, 0):
            self._sent.setdefault(key, []).extend([now] * messages)

    def _wait(self, key: int, rule: tuple[int, float], messages: int, now: float) -> float:
        """Seconds until so many more may be sent; an album larger than the rule may go alone."""
        most, seconds = rule
        sent = [at for at in self._sent.get(key, ()) if at > now - seconds]
        over = len(sent) + messages - max(most, messages)
        return sent[over - 1] + seconds - now if over > 0 else 0
