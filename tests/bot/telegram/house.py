"""The shipped bot as a process of its own, with all that it needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from bot.telegram.front import TelegramFrontEnd
from config.settings import load_settings
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade
from tasks.desk import Desk
from tasks.records import Job
from tasks.records import Person as Known
from tasks.store.store import Store
from tests.bot.kit import CATALOGUES, photo
from tests.standins.running import running
from tests.standins.telegram.people import Person
from tests.standins.telegram.server import TelegramServer
from tests.standins.telegram.state import Message

SHIPPED = "from bot.cli import bot; bot()"
# The same in a hurry.
HURRIED = (
    "from bot.core import delivery; from bot.telegram import flood, receiving;"
    " delivery.ROUND_SECONDS = receiving.ALBUM_SECONDS = 0.1; flood._PRIVATE = (100, 1.0);"
) + SHIPPED
WITHIN = 60.0
T = TypeVar("T")


class House:
    """A database, a store, a Telegram; bots come and go."""

    def __init__(self, folder: Path, server: TelegramServer) -> None:
        self.server = server
        self.start = SHIPPED
        self.database = folder / "desk.db"
        self._folder = folder
        self.environment = {
            "GIYDIR_DATABASE_URL": f"sqlite:///{self.database}",
            "GIYDIR_STORE_URL": f"file://{folder}/store",
            "GIYDIR_REDIS_URL": f"unix://{folder}/nobody.sock",
            "GIYDIR_SECRET_KEY": "k" * 40,
            "TELEGRAM_TOKEN": server.token,
            "GIYDIR_TELEGRAM_API_URL": server.url,
            "GIYDIR_LOG_FORMAT": "json",
        }
        engine = open_engine(self.environment["GIYDIR_DATABASE_URL"])
        upgrade(engine)
        engine.dispose()
        with pytest.MonkeyPatch.context() as patched:
            for name, value in self.environment.items():
                patched.setenv(name, value)
            self.settings = load_settings(None)
        self.desk = Desk.open(self.settings)
        self.store = Store.open(self.settings)

    @contextmanager
    def bot(self, ending: signal.Signals = signal.SIGTERM) -> Iterator[psutil.Process]:
        """Polling; at the end it is told to stop, and must, or it is killed."""
        before = self.server.updates.polls
        with (self._folder / "bot.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", self.start], env={**os.environ, **self.environment}, stderr=log
            )
        try:
            self.wait(lambda: self.server.updates.polls > before, "the bot's start")
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(ending)
            code = process.wait(30)
        assert code == (0 if ending is signal.SIGTERM else -ending), self.log()

    @contextmanager
    def bot_in_thread(self) -> Iterator[None]:
        """The same front end without a process of its own, which takes a second to begin."""
        front = TelegramFrontEnd(self.desk, self.store, self.settings, CATALOGUES, self.server.token)
        with running(front.run):
            yield

    def wait(self, look: Callable[[], T | None], what: str = "what was waited for") -> T:
        return self.server.wait(look, WITHIN, what)

    def log(self) -> str:
        return (self._folder / "bot.log").read_text()

    def make(self) -> None:
        """A worker makes the next picture, at once."""
        claim = self.desk.claim("worker")
        assert claim is not None
        self.desk.succeed(claim.token, self.store.put(claim.account_id, photo("crimson", kind="PNG")))

    def welcome(self, *people: Person) -> None:
        for person in people:
            self.desk.give_consent(Known("telegram", str(person.id)))

    def jobs(self, person: Person) -> list[Job]:
        return list(self.desk.history(Known("telegram", str(person.id))))

    def own(self, person: Person) -> list[Message]:
        """What the bot has said to somebody, and is still there."""
        return [one for one in person.private.messages if one.sender is self.server.world.bot]

    def delivered(self, *people: Person) -> bool:
        return all(job.delivered_at is not None for person in people for job in self.jobs(person))
