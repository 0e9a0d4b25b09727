"""The dispatcher as a process, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import threading
from contextlib import AbstractContextManager, nullcontext

from redis import Redis

from config.settings import Settings
from tasks.broker.application import make_application
from tasks.broker.bells import Bells
from tasks.broker.connection import connect
from tasks.broker.events import Announcer
from tasks.desk import Desk
from tasks.dispatcher.relay import Relay
from tasks.dispatcher.rounds import Rounds
from tasks.health import Check, HealthServer, redis_answers, seen_within
from tasks.logs import configure_logging, get_logger
from tasks.store.store import Store

log = get_logger()

# A round is a tenth of a second; a sweep of a large store takes longer.
_ROUND_SECONDS = 60.0
_MORE_PORTS = 9


def run_dispatcher(settings: Settings) -> None:
    """Make rounds until told to stop. Raises `SettingMissing`, `OptionInvalid` before it begins."""
    configure_logging(settings, "dispatcher")
    stopping = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopping.set())
    desk, store, redis = Desk.open(settings), Store.open(settings), connect(settings)
    relay = Relay(desk, store, Bells(make_application(settings), redis), Announcer(redis))
    rounds = Rounds(desk, store, relay, settings)
    log.info("begun")
    with _health(settings, desk, redis, rounds):
        rounds.run(stopping)
    desk.close()
    log.info("ended")


def _health(
    settings: Settings, desk: Desk, redis: Redis, rounds: Rounds
) -> AbstractContextManager[HealthServer | None]:
    if settings.health_port == 0:
        return nullcontext()
    checks = {
        "rounds": seen_within(_ROUND_SECONDS, lambda: rounds.last_round),
        "database": _answers(desk),
        "redis": redis_answers(redis),
    }
    return HealthServer(
        settings.health_host, settings.health_port, checks, desk.figures, more_ports=_MORE_PORTS
    )


def _answers(desk: Desk) -> Check:
    def check() -> None:
        desk.figures()

    return check
