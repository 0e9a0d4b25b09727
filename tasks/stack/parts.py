"""What the stack consists of, and how each part shows that it is there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from redis import Redis, RedisError

from config.settings import Settings
from tasks.stack.redis import redis_command
from tasks.stack.supervisor import NotReady, Part

_REDIS_SECONDS = 10.0


def giydir(*arguments: str) -> Sequence[str]:
    """A command of our own, by the same Python."""
    return [sys.executable, "-m", "tasks.cli", *arguments]


def redis_part(socket: Path) -> Part:
    """Redis on a private socket."""
    return Part("redis", redis_command(socket), stop_seconds=5, ready=lambda: _answers(socket))


def dispatcher_part() -> Part:
    return Part("dispatcher", giydir("dispatcher"), stop_seconds=10)


def worker_part(settings: Settings, number: int) -> Part:
    """One of the workers; what it does not finish in time it puts back."""
    name = f"worker-{number}"
    return Part(name, giydir("worker", "--name", name), stop_seconds=settings.drain_seconds + 30)


def _answers(socket: Path) -> None:
    redis = Redis(unix_socket_path=str(socket), socket_timeout=1)
    if not _within(_REDIS_SECONDS, lambda: _pings(redis)):
        raise NotReady(f"Redis did not start on {socket}")


def _pings(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False
