"""Files of a weights folder: written whole or not at all, counted, hashed, and by one process at a time."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import filelock

from leffa.errors import DiskFull, WeightsBusy

LOCK = ".lock"
PART_SUFFIX = ".part"
CHUNK = 1 << 20

# What counts bytes go by.
OnBytes = Callable[[int], None]


class Watch(Protocol):
    """What shows people how far something is."""

    def begin_bytes(self, text: str, total: int) -> None:
        """`total` bytes of something are to come."""

    def add_bytes(self, count: int) -> None:
        """These are done; a negative count was in vain."""

    def say(self, text: str) -> None:
        """A line that stays."""


class Unwatched:
    """Shows nothing."""

    def begin_bytes(self, text: str, total: int) -> None:
        pass

    def add_bytes(self, count: int) -> None:
        pass

    def say(self, text: str) -> None:
        pass


def now() -> str:
    """UTC to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def in_units(size: int) -> str:
    """`7.21 GB`, `255.8 MB`, `313 B`: decimal, as hubs and disks count."""
    for unit, digits, power in (("GB", 2, 3), ("MB", 1, 2), ("kB", 1, 1)):
        if size >= 1000**power:
            return f"{size / 1000**power:.{digits}f} {unit}"
    return f"{size} B"


def sha256_of(path: Path, on_bytes: OnBytes = lambda _: None) -> str:
    """Hex digest of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            on_bytes(len(chunk))
    return digest.hexdigest()


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replaces `path` in one step."""
    temporary = path.with_name(f"{path.name}{PART_SUFFIX}")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.write("\n")
    finish(temporary, path)


def finish(temporary: Path, path: Path) -> None:
    """Give a completely written file its final name, so that neither a crash nor a power cut leaves half."""
    with temporary.open("r+b") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)


def require_room(folder: Path, needed: int) -> None:
    """Raises `DiskFull` where fewer bytes than `needed` are free. `folder` need not exist yet."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if needed > free:
        raise DiskFull(f"{in_units(needed)} are needed, and {in_units(free)} are free at {folder}")


@contextmanager
def room_for(path: Path) -> Iterator[None]:
    """A disk that becomes full while writing `path` is a `DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(f"the disk became full while {path.name} was being written") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else changes this folder meanwhile. Makes it. Raises `WeightsBusy` where somebody does."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(filelock.FileLock(folder / LOCK, timeout=0))
        except filelock.Timeout as error:
            raise WeightsBusy(f"another process is changing {folder}; wait until it is done") from error
        yield
