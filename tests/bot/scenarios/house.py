"""A bot on one platform, with its desk: it can die and live again between what people do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tasks.store.store import Store
from tests.bot.kit import Worker
from tests.bot.scenarios.on_discord import discord_platform
from tests.bot.scenarios.on_telegram import telegram_platform
from tests.bot.scenarios.platform import Platform
from tests.bot.scenarios.stage import Stage
from tests.tasks.kit import Office

PLATFORMS: Mapping[str, Callable[[Office, Store], AbstractContextManager[Platform]]] = {
    "discord": discord_platform,
    "telegram": telegram_platform,
}


@dataclass
class House:
    """Alive between enter and exit."""

    platform: Platform
    office: Office
    store: Store
    worker: Worker
    _life: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self._life.enter_context(self.platform.running())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._life.close()

    def restarts(self, meanwhile: Callable[[], object]) -> None:
        """The bot's process ends, and another takes its place. `meanwhile`: while no bot is there."""
        self._life.close()
        meanwhile()
        self._life.enter_context(self.platform.running())

    def stage(self, language: str) -> Stage:
        """A new community, with its people."""
        return Stage(self.platform, self.office, self.store, self.worker, language, self.restarts)
