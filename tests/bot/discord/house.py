"""The shipped bot as a process of its own, with all that it needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from config.settings import Settings, load_settings
from tasks.db.engine import open_engine, reading
from tasks.db.schema import upgrade
from tasks.db.work import ledger
from tasks.desk import Desk
from tasks.records import Claim, Person
from tasks.store.store import Store
from tests.bot.kit import photo

START = [sys.executable, "-c", "from bot.cli import bot; bot()"]


class House:
    """A database, a store, a Discord; bots come and go."""

    def __init__(self, folder: Path, discord: Any) -> None:
        self.discord = discord
        self._folder = folder
        self.environment = {
            "GIYDIR_DATABASE_URL": f"sqlite:///{folder}/desk.db",
            "GIYDIR_STORE_URL": f"file://{folder}/store",
            "GIYDIR_REDIS_URL": f"unix://{folder}/nobody.sock",
            "GIYDIR_SECRET_KEY": "k" * 40,
            "GIYDIR_JOBS_AT_ONCE": "300",
            "GIYDIR_MEMBER_LIMIT": "300",
            "DISCORD_TOKEN": discord.token,
            "GIYDIR_DISCORD_API_URL": discord.api_url,
            "GIYDIR_DISCORD_GATEWAY_URL": discord.gateway_url,
            "GIYDIR_LOG_FORMAT": "json",
        }
        engine = open_engine(self.environment["GIYDIR_DATABASE_URL"])
        upgrade(engine)
        engine.dispose()
        self.settings = self._settings()
        self.desk = Desk.open(self.settings)
        self.store = Store.open(self.settings)

    @contextmanager
    def bot(self, ending: signal.Signals = signal.SIGTERM) -> Iterator[psutil.Process]:
        """Connected; at the end it is told to stop, and must, or it is killed."""
        before = self.discord.gateway.identified
        with (self._folder / "bot.log").open("a") as log:
            process = subprocess.Popen(START, env={**os.environ, **self.environment}, stderr=log)
        try:
            self.discord.wait(lambda: self.discord.gateway.identified > before, 30, "the bot's connection")
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(ending)
            code = process.wait(20)
        assert code == (0 if ending is signal.SIGTERM else -ending), self.log()

    def log(self) -> str:
        return (self._folder / "bot.log").read_text()

    def make(self) -> None:
        """A worker makes the next picture, at once."""
        claim = self.desk.claim("worker")
        assert claim is not None
        self.finish(claim)

    def finish(self, claim: Claim) -> None:
        """The picture of a job that a worker has taken up."""
        self.desk.succeed(claim.token, self.store.put(claim.account_id, photo("crimson", kind="PNG")))

    def entries(self) -> list[str]:
        """What was paid and given back, in order."""
        engine = open_engine(self.environment["GIYDIR_DATABASE_URL"])
        with reading(engine) as connection:
            kinds = [row.kind for row in connection.execute(select(ledger.c.kind).order_by(ledger.c.id))]
        engine.dispose()
        return kinds

    def welcome(self, *people: Any) -> None:
        for person in people:
            self.desk.give_consent(Person("discord", str(person.id)))

    def _settings(self) -> Settings:
        with pytest.MonkeyPatch.context() as patched:
            for name, value in self.environment.items():
                patched.setenv(name, value)
            return load_settings(None)
