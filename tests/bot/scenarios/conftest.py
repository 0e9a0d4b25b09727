"""One desk and one bot on each platform, for all scenarios; each has a community of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.core import delivery
from bot.discord import post as discord_post
from bot.telegram import flood
from bot.telegram import post as telegram_post
from config.settings import Settings
from tasks.clock import system_clock
from tasks.desk import Desk
from tasks.store.store import Store
from tests.bot.kit import Worker
from tests.bot.scenarios.house import PLATFORMS, House
from tests.tasks.conftest import _fresh_sqlite
from tests.tasks.kit import FakeClock, Office


@pytest.fixture(scope="module", params=PLATFORMS)
def house(
    request: pytest.FixtureRequest, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The bot runs in it, and nobody has spoken to it yet."""
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patched, ExitStack() as stack:
        _hurry(patched)
        for engine in _fresh_sqlite(migrated_sqlite, folder):
            settings = Settings(
                jobs_at_once=10,
                member_limit=10,
                max_picture_mb=1,
                # At midnight, too.
                quota_window="rolling",
                secret_key=SecretStr("k" * 32),
                store_url=SecretStr(f"file://{folder}/store"),
            )
            clock = _Now()
            office = Office(Desk(engine, settings, clock), engine, clock, settings)
            store = Store.open(settings)
            platform = stack.enter_context(PLATFORMS[request.param](office, store))
            with House(platform, office, store, Worker(office, store)) as here:
                yield here


class _Now(FakeClock):
    """By which the platforms live."""

    def __call__(self) -> datetime:
        return system_clock()


def _hurry(patched: pytest.MonkeyPatch) -> None:
    """What makes messages wait for each other has tests of its own."""
    patched.setattr(delivery, "BURST_SECONDS", 0.0)
    patched.setattr(discord_post, "EDIT_SECONDS", 0.0)
    patched.setattr(telegram_post, "_GROUP_SECONDS", 0.0)
    patched.setattr(telegram_post, "_PRIVATE_SECONDS", 0.0)
    for limit in ("_PRIVATE", "_GROUP", "_ALL"):
        patched.setattr(flood, limit, (1000, 1.0))
