"""`giydir up`: everything on this machine, with nothing else installed, until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from config.settings import VAR, Settings, load_settings, private_socket
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade
from tasks.logs import configure_logging
from tasks.stack.front_ends import front_end_parts
from tasks.stack.parts import dispatcher_part, redis_part, worker_part
from tasks.stack.secret import add_secret_key
from tasks.stack.supervisor import NotReady, Supervisor

ENV_FILE = Path(".env")


def run_up(settings: Settings, *, workers: int, say: Callable[[str], None]) -> None:
    """Start all parts in order, watch them, and stop them on SIGINT or SIGTERM; returns when all have ended.

    A missing secret key is made, and a database brought to its newest schema. Raises `NotReady` where
    something does not come up or runs already, `DatabaseUnavailable`.
    """
    VAR.mkdir(mode=0o700, exist_ok=True)
    with _alone(VAR / "giydir.lock"):
        configure_logging(settings, "up")
        if settings.secret_key is None:
            add_secret_key(ENV_FILE)
            settings = load_settings(ENV_FILE)
            say(f"Made a secret key, in {ENV_FILE.resolve()}: keep a copy apart from {VAR.resolve()}.")
        _bring_up_to_date(settings)
        stopping = _stop_on_signals()
        with Supervisor(os.environ) as stack:
            if settings.redis_url is None:
                stack.start(redis_part(private_socket(VAR)))
            stack.start(dispatcher_part())
            for number in range(1, workers + 1):
                stack.start(worker_part(settings, number))
            fronts = front_end_parts(settings)
            for part in fronts:
                stack.start(part)
            for line in _summary(settings, workers, [part.name for part in fronts]):
                say(line)
            stack.run(stopping)
            say("Stopping; jobs in hand are finished or put back.")
    say("Stopped.")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise NotReady(
            f"giydir is up already on {path.resolve().parent}; stop it first, or use another folder"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _bring_up_to_date(settings: Settings) -> None:
    engine = open_engine(
        settings.database_url.get_secret_value(), busy_seconds=settings.database_busy_seconds
    )
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stopping.set())
    return stopping


def _summary(settings: Settings, workers: int, fronts: list[str]) -> Iterator[str]:
    yield ""
    yield f"giydir is up: {workers} worker{'s' if workers != 1 else ''}, weights {settings.weights}."
    yield f"Front ends: {', '.join(fronts)}." if fronts else "Front ends: none has a token yet."
    yield f"Everything it writes lies under {VAR.resolve()}; pictures there are encrypted."
    if settings.health_port:
        yield f"Health and metrics: http://{settings.health_host}:{settings.health_port}/metrics"
    yield "Look at it: giydir doctor, giydir jobs list. Set it up: giydir settings --sample > .env"
    yield "Stop it: Ctrl-C."
    yield ""
