"""A real Redis on a private socket, for as long as a test needs it."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError

from tasks.stack.redis import redis_command


class RedisServer:
    """May be killed and started again, at the same address."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(redis_command(self.socket), stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < until, "Redis did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            return bool(Redis(unix_socket_path=str(self.socket)).ping())
        except RedisError:
            return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A server with nothing in it, in a folder with a short name."""
    with tempfile.TemporaryDirectory(prefix="giydir-") as folder:
        server = RedisServer(Path(folder))
        try:
            yield server
        finally:
            server.kill()
