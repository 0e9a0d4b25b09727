"""What every part of the desk's door stands on: an engine, the settings, a clock, and transactions."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Self

from sqlalchemy import Connection, Engine

from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.db.engine import open_engine, reading, writing


class Door:
    """May be used from any thread."""

    def __init__(self, engine: Engine, settings: Settings, clock: Clock = system_clock) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock

    @classmethod
    def open(cls, settings: Settings, clock: Clock = system_clock) -> Self:
        """At the database that the settings name; its schema must be there already."""
        url = settings.database_url.get_secret_value()
        return cls(open_engine(url, busy_seconds=settings.database_busy_seconds), settings, clock)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _reading(self) -> AbstractContextManager[Connection]:
        return reading(self._engine)

    def _writing(self) -> AbstractContextManager[Connection]:
        return writing(self._engine)
