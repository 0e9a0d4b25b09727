"""The real parts, on one machine: PostgreSQL or SQLite, Redis, dispatchers, workers with the stub engine."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from tasks.db.engine import open_engine
from tasks.db.schema import upgrade
from tasks.desk import Desk
from tasks.stack.parts import dispatcher_part, redis_part
from tasks.stack.supervisor import Part, Supervisor
from tasks.store.store import Store

ROOT = Path(__file__).parents[3]
# Short times, so that what is lost is missed soon.
LEASE, STALL, SWEEP = 5, 5, 0.5


@dataclass
class Stage:
    """What plays: the processes, and a desk and a store beside them."""

    stack: Supervisor
    desk: Desk
    store: Store
    settings: Settings
    log: Path


@contextmanager
def set_up(
    folder: Path, database_url: str, *, workers: int, dispatchers: int, member_limit: int
) -> Iterator[Stage]:
    """Everything started, watched by the real supervisor, and stopped at the end."""
    environment = _environment(folder, database_url, member_limit)
    values = {name.removeprefix("GIYDIR_").lower(): value for name, value in environment.items()}
    settings = Settings.model_validate(values)
    engine = open_engine(database_url)
    upgrade(engine)
    engine.dispose()
    log = folder / "processes.log"
    with (
        log.open("ab") as output,
        _output(output.fileno()),
        Supervisor(_inherited() | environment, longest_pause=1.0) as stack,
    ):
        stack.start(redis_part(folder / "redis" / "redis.sock"))
        for number in range(dispatchers):
            stack.start(Part(f"dispatcher-{number}", dispatcher_part().command, stop_seconds=10))
        for number in range(workers):
            name = f"worker-{number}"
            stack.start(Part(name, [sys.executable, "-m", "tests.tasks.chaos.worker", name], stop_seconds=20))
        stopping = threading.Event()
        watching = threading.Thread(target=stack.run, args=(stopping,))
        watching.start()
        desk = Desk.open(settings)
        try:
            yield Stage(stack, desk, Store.open(settings), settings, log)
        finally:
            stopping.set()
            watching.join()
            desk.close()


def _environment(folder: Path, database_url: str, member_limit: int) -> dict[str, str]:
    return {
        "GIYDIR_DATABASE_URL": database_url,
        "GIYDIR_REDIS_URL": f"unix://{folder / 'redis' / 'redis.sock'}",
        "GIYDIR_STORE_URL": f"file://{folder / 'store'}",
        "GIYDIR_SECRET_KEY": "chaos " * 8,
        "GIYDIR_MEMBER_LIMIT": str(member_limit),
        "GIYDIR_JOBS_AT_ONCE": "20",
        "GIYDIR_RUNNING_PER_MEMBER": "2",
        "GIYDIR_QUEUE_LIMIT": "1000000",
        "GIYDIR_LEASE_SECONDS": str(LEASE),
        "GIYDIR_STALL_SECONDS": str(STALL),
        "GIYDIR_SWEEP_SECONDS": str(SWEEP),
        "GIYDIR_STORE_SWEEP_SECONDS": "5",
        "GIYDIR_DRAIN_SECONDS": "5",
        "GIYDIR_BREAKER_SECONDS": "1",
        "GIYDIR_HEALTH_PORT": "0",
        "GIYDIR_WORKER_HEALTH_PORT": "0",
        "GIYDIR_LOG_FORMAT": "json",
    }


def _inherited() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIYDIR_")}
    return kept | {"PYTHONPATH": str(ROOT)}


@contextmanager
def _output(descriptor: int) -> Iterator[None]:
    """Children write their logs into a file instead of into the tests' output."""
    kept = [(number, os.dup(number)) for number in (1, 2)]
    for number, _ in kept:
        os.dup2(descriptor, number)
    try:
        yield
    finally:
        for number, copy in kept:
            os.dup2(copy, number)
            os.close(copy)
