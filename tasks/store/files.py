"""Files behind an address that fsspec knows, written whole or not at all.

Object stores do that by themselves. On a local disk a file is written beside its place, flushed, and renamed
into it. The folder is locked for the rename, and while a file's age is looked at and the file deleted, so
that nobody deletes a file as old that was just written anew. (Elsewhere this race is one round trip long.)
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from tasks.errors import OptionInvalid, StoreUnavailable

_UNFINISHED = ".unfinished"
# What drivers call the time of the last change, in the order of trust.
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")


@dataclass(frozen=True)
class File:
    """`name` is the last part of its path, `size` in bytes."""

    name: str
    modified: datetime
    size: int


class Files:
    """Paths are relative to the address, two parts long (`folder/name`), and never from outside.

    Any method may raise `StoreUnavailable`, whose text has no address in it, since that may hold a password.
    """

    def __init__(self, url: str) -> None:
        try:
            self._fs, root = url_to_fs(url)
        except ImportError as error:
            # fsspec's own words name the package ("Install s3fs to access S3").
            raise StoreUnavailable(f"the store's address needs a package: {error}") from None
        except ValueError:
            raise OptionInvalid("the store's address is of no kind that fsspec knows") from None
        except Exception as error:
            raise _unavailable(error) from None
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)

    def write(self, path: str, data: bytes) -> None:
        """Put a file there, new or instead of another; its time of change is now."""
        try:
            if self._local:
                self._write_local(path, data)
            else:
                self._fs.pipe_file(self._at(path), data)
        except Exception as error:
            raise _unavailable(error) from None

    def read(self, path: str, limit: int) -> bytes:
        """At most `limit` bytes from its beginning. Raises `FileNotFoundError`."""
        with _driver():
            content: bytes = self._fs.cat_file(self._at(path), start=0, end=limit)
            return content

    def delete(self, path: str, older_than: datetime | None = None) -> bool:
        """Whether there was one, not written since `older_than`, and it is gone now."""
        try:
            with _driver(), self._alone(path):
                if older_than is not None and self._modified(path) >= older_than:
                    return False
                self._fs.rm_file(self._at(path))
        except FileNotFoundError:
            return False
        return True

    def folders(self) -> list[str]:
        """The names of what may be folders, at the address itself."""
        return [str(entry["name"]).rsplit("/", 1)[-1] for entry in self._list("")]

    def folder(self, name: str) -> Iterator[File]:
        """The files in one. What vanishes meanwhile is left out."""
        for entry in self._list(name):
            if entry["type"] == "file":
                try:
                    modified = self._time_of(entry)
                except FileNotFoundError:
                    continue
                yield File(str(entry["name"]).rsplit("/", 1)[-1], modified, int(entry["size"]))

    def delete_unfinished(self, older_than: datetime) -> int:
        """Delete what writers that were killed left behind. Returns how many there were."""
        if not self._local:
            return 0
        left = [f"{_UNFINISHED}/{file.name}" for file in self.folder(_UNFINISHED)]
        return sum(self.delete(path, older_than) for path in left)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}".rstrip("/")

    def _list(self, path: str) -> list[dict[str, Any]]:
        try:
            with _driver():
                # Another process may have changed what a driver remembers.
                self._fs.invalidate_cache()
                entries: list[dict[str, Any]] = self._fs.ls(self._at(path), detail=True)
                return entries
        except FileNotFoundError:
            return []

    def _modified(self, path: str) -> datetime:
        self._fs.invalidate_cache()
        return self._time_of(self._fs.info(self._at(path)))

    def _time_of(self, entry: dict[str, Any]) -> datetime:
        with _driver():
            found = next((entry[name] for name in _TIMES if entry.get(name) is not None), None)
            if found is None:
                found = self._fs.modified(entry["name"])
        if isinstance(found, str):
            found = datetime.fromisoformat(found)
        if isinstance(found, datetime):
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        return datetime.fromtimestamp(found, UTC)

    def _write_local(self, path: str, data: bytes) -> None:
        unfinished, folder = self._at(_UNFINISHED), os.path.dirname(self._at(path))
        for made in (self._root, unfinished):
            os.makedirs(made, mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=unfinished)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if not os.path.isdir(folder):
                os.makedirs(folder, mode=0o700, exist_ok=True)
                _flush_folder(self._root)
            with self._alone(path):
                # The moment of the rename is what a sweeper goes by, more exactly than the disk's own ticks.
                now = time.time_ns()
                os.utime(name, ns=(now, now))
                os.replace(name, self._at(path))
        except BaseException:
            os.unlink(name)
            raise
        _flush_folder(folder)

    @contextmanager
    def _alone(self, path: str) -> Iterator[None]:
        """Keep every other thread and process from the folder's files. Raises `FileNotFoundError`."""
        if not self._local:
            yield
            return
        handle = os.open(os.path.dirname(self._at(path)), os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _flush_folder(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _driver() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        raise _unavailable(error) from None


def _unavailable(error: Exception) -> StoreUnavailable:
    """A driver may raise anything, and put the address, with its password, into the text."""
    number = error.errno if isinstance(error, OSError) else None
    said = type(error).__name__ if number is None else os.strerror(number)
    return StoreUnavailable(f"the store cannot be used: {said}")
