"""The dispatcher as a process, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import threading

from config.settings import Settings
from tasks.broker.application import make_application
from tasks.broker.bells import Bells
from tasks.broker.connection import connect
from tasks.broker.events import Announcer
from tasks.desk import Desk
from tasks.dispatcher.relay import Relay
from tasks.dispatcher.rounds import Rounds
from tasks.logs import configure_logging, get_logger
from tasks.store import Store

log = get_logger()


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
    rounds.run(stopping)
    desk.close()
    log.info("ended")
