"""The bot as a process: every front end that has a token, in one event loop, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from redis import Redis

from bot.core.catalogues import Catalogues
from bot.core.ears import hearing
from bot.core.front import FrontEnd
from config.settings import Settings
from tasks.broker.connection import connect
from tasks.broker.events import Event
from tasks.desk import Desk
from tasks.errors import SettingMissing
from tasks.logs import configure_logging, get_logger
from tasks.store.store import Store

if TYPE_CHECKING:
    from tasks.health import Check, HealthServer

log = get_logger()

# A round takes as long as the database does; this is far longer.
_ROUND_SECONDS = 60.0


def has_token(settings: Settings) -> bool:
    """Whether any front end could run."""
    return settings.discord_token is not None or settings.telegram_token is not None


def run_bot(settings: Settings, desk: Desk) -> None:
    """Run until told to stop. Raises `SettingMissing` without a token or a secret key, `OptionInvalid` for
    a token that is not accepted, `PortTaken`."""
    if not has_token(settings):
        raise SettingMissing("no front end has a token: set DISCORD_TOKEN or TELEGRAM_TOKEN")
    configure_logging(settings, "bot")
    asyncio.run(_run(settings, desk, Store.open(settings), connect(settings)))
    log.info("ended")


async def _run(settings: Settings, desk: Desk, store: Store, redis: Redis) -> None:
    fronts = _front_ends(settings, desk, store)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stopping.set)

    def hear(event: Event) -> None:
        for front in fronts:
            front.delivery.hear(event)

    with _health(settings, fronts, desk), hearing(redis, hear):
        log.info("begun", fronts=[front.name for front in fronts])
        await _until_stopped(fronts, stopping)


async def _until_stopped(fronts: Sequence[FrontEnd], stopping: asyncio.Event) -> None:
    """A front end that fails ends all: whoever watches the process starts it again."""
    running = [asyncio.create_task(front.run(), name=front.name) for front in fronts]
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait([*running, stop], return_when=asyncio.FIRST_COMPLETED)
    failed = next((task for task in running if task.done()), None)
    for task in (*running, stop):
        task.cancel()
    await asyncio.gather(*running, stop, return_exceptions=True)
    if failed is not None and (error := failed.exception()) is not None:
        raise error


def _front_ends(settings: Settings, desk: Desk, store: Store) -> list[FrontEnd]:
    """Each platform's library is loaded only where there is a token for it."""
    catalogues = Catalogues.load()
    fronts: list[FrontEnd] = []
    if settings.discord_token is not None:
        from bot.discord.front import DiscordFrontEnd

        token = settings.discord_token.get_secret_value()
        fronts.append(DiscordFrontEnd(desk, store, settings, catalogues, token))
    if settings.telegram_token is not None:
        from bot.telegram.front import TelegramFrontEnd

        token = settings.telegram_token.get_secret_value()
        fronts.append(TelegramFrontEnd(desk, store, settings, catalogues, token))
    return fronts


def _health(
    settings: Settings, fronts: Sequence[FrontEnd], desk: Desk
) -> AbstractContextManager[HealthServer | None]:
    if settings.bot_health_port == 0:
        return nullcontext()
    # A web server is loaded only where it is wanted.
    from tasks.health import HealthServer

    checks: dict[str, Check] = {front.name: _check(front) for front in fronts}
    return HealthServer(settings.health_host, settings.bot_health_port, checks, desk.figures)


def _check(front: FrontEnd) -> Check:
    began = time.monotonic()

    def check() -> str | None:
        if (word := front.trouble()) is not None:
            return word
        last = front.delivery.last_round or began
        return None if time.monotonic() - last <= _ROUND_SECONDS else "silent"

    return check
