"""How soon something is heard: a step by those who watch, a request by a worker; beside a bare PING."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from tasks.broker.application import QUEUE, make_application
from tasks.broker.bells import Bells
from tasks.broker.connection import connect
from tasks.broker.events import Announcer, Event, listen
from tasks.desk import Desk
from tasks.dispatcher.relay import Relay
from tasks.dispatcher.rounds import Rounds
from tasks.stack.parts import redis_part
from tasks.stack.supervisor import Supervisor
from tasks.store.store import Store

_PREVIEW = b"x" * 5_000


def measure_events(desk: Desk, submit: Callable[[], None], times: int) -> dict[str, list[float]]:
    """Seconds of each of `times`, by what was measured; with a Redis and a dispatcher of its own."""
    with tempfile.TemporaryDirectory(prefix="giydir-") as folder, _redis(Path(folder)) as settings:
        return {
            "PING of Redis": _pings(settings, times),
            "a step, until a watcher hears it": _steps(settings, times),
            "a request, until a worker hears its bell": _bells(desk, settings, submit, times),
        }


@contextmanager
def _redis(folder: Path) -> Iterator[Settings]:
    socket = folder / "redis.sock"
    with Supervisor({}) as stack:
        stack.start(redis_part(socket))
        yield Settings(
            redis_url=SecretStr(f"unix://{socket}"),
            store_url=SecretStr("memory://bench"),
            secret_key=SecretStr("of no use to anybody, as it is public"),
        )


def _pings(settings: Settings, times: int) -> list[float]:
    redis = connect(settings)
    took = []
    for _ in range(times):
        start = time.perf_counter()
        redis.ping()
        took.append(time.perf_counter() - start)
    return took


def _steps(settings: Settings, times: int) -> list[float]:
    announcer = Announcer(connect(settings))
    hearing = listen(connect(settings), patience=0.2)
    next(hearing)  # Now it has subscribed.
    told: list[float] = []
    heard: list[float] = []

    def hear() -> None:
        while len(heard) < times:
            if next(hearing) is not None:
                heard.append(time.perf_counter())

    listener = threading.Thread(target=hear)
    listener.start()
    for step in range(times):
        told.append(time.perf_counter())
        announcer.tell(Event("step", 1, step, times, _PREVIEW))
        time.sleep(0.005)
    listener.join()
    return [late - early for early, late in zip(told, heard, strict=True)]


def _bells(desk: Desk, settings: Settings, submit: Callable[[], None], times: int) -> list[float]:
    relay = Relay(
        desk,
        Store.open(settings),
        Bells(make_application(settings), connect(settings)),
        Announcer(connect(settings)),
    )
    while relay.pass_on():
        pass  # Bells of what was measured before.
    redis = connect(settings, timeout=30)
    redis.delete(QUEUE)
    stopping = threading.Event()
    # Without a patrol, which would ring for jobs that wait.
    rounds = Rounds(desk, Store.open(settings), relay, settings.model_copy(update={"sweep_seconds": 300}))
    dispatcher = threading.Thread(target=rounds.run, args=(stopping,))
    dispatcher.start()
    took = []
    try:
        time.sleep(1)
        redis.delete(QUEUE)
        for _ in range(times):
            start = time.perf_counter()
            submit()
            redis.blpop([QUEUE], timeout=20)
            took.append(time.perf_counter() - start)
    finally:
        stopping.set()
        dispatcher.join()
    return took
