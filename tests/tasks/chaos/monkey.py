"""Breaks things, by chance and by seed: kills processes, freezes them, cuts database connections."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable

import psutil
from sqlalchemy import Engine, text

from tasks.stack.supervisor import Supervisor
from tests.tasks.chaos.stage import LEASE


class Monkey:
    """`with Monkey(...)`: breaks things until the end of the block; `deeds` counts what it did."""

    def __init__(self, stack: Supervisor, database: Engine, seed: int, pause: tuple[float, float]) -> None:
        """pause: the fewest and the most seconds between two deeds."""
        self.deeds: Counter[str] = Counter()
        self._stack = stack
        self._database = database
        self._chance = random.Random(seed)
        self._pause = pause
        self._done = threading.Event()
        self._frozen: list[int] = []
        self._thread = threading.Thread(target=self._rage)

    def __enter__(self) -> Monkey:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        for pid in self._frozen:
            _send(pid, signal.SIGCONT)
        self._database.dispose()

    def _rage(self) -> None:
        deeds: list[tuple[str, int, Callable[[], bool]]] = [
            ("worker killed", 5, lambda: self._kill("worker")),
            ("worker's child killed", 4, self._kill_child),
            ("worker stopped for longer than its lease", 1, self._freeze),
            ("worker asked to stop", 1, lambda: self._kill("worker", signal.SIGTERM)),
            ("dispatcher killed", 2, lambda: self._kill("dispatcher")),
            ("Redis killed", 2, lambda: self._kill("redis")),
            ("database connections cut", 3, self._cut),
        ]
        while not self._done.wait(self._chance.uniform(*self._pause)):
            name, _, deed = self._chance.choices(deeds, [weight for _, weight, _ in deeds])[0]
            if deed():
                self.deeds[name] += 1

    def _pick(self, kind: str) -> int:
        pids = {name: pid for name, pid in self._stack.pids().items() if name.startswith(kind)}
        return pids[self._chance.choice(sorted(pids))]

    def _kill(self, kind: str, signal_number: int = signal.SIGKILL) -> bool:
        return _send(self._pick(kind), signal_number)

    def _kill_child(self) -> bool:
        child = _child_of(self._pick("worker"))
        return child is not None and _send(child, signal.SIGKILL)

    def _freeze(self) -> bool:
        child = _child_of(self._pick("worker"))
        if child is None or not _send(child, signal.SIGSTOP):
            return False
        self._frozen.append(child)
        threading.Timer(LEASE + 2, _send, (child, signal.SIGCONT)).start()
        return True

    def _cut(self) -> bool:
        if self._database.dialect.name != "postgresql":
            return False
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        with self._database.connect() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        return True


def _child_of(pid: int) -> int | None:
    try:
        children = psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return None
    return children[0].pid if children else None


def _send(pid: int, signal_number: int) -> bool:
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return False
    return True
