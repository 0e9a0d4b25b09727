"""What a full disk, a dead process, a folder without permission and many writers at once do to the store."""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from pydantic import SecretStr

from config.settings import Settings
from tasks.errors import PictureMissing, StoreUnavailable
from tasks.store.store import Store
from tests.tasks.kit import together
from tests.tasks.store.kit import ADA, PICTURE, SECRET, files_in, open_store


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The system itself refuses to write further."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_picture_that_cannot_be_written_whole_is_not_there_and_what_was_there_stays(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    kept = store.put(ADA, b"small")
    with no_file_larger_than(1000), pytest.raises(StoreUnavailable, match="too large"):
        store.put(ADA, PICTURE)
    assert files_in(tmp_path) == [tmp_path / kept]
    assert store.get(ADA, kept) == b"small"
    store.put(ADA, PICTURE)


def test_a_disk_that_is_full_only_when_it_is_flushed_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match="No space left on device"):
            store.put(ADA, PICTURE)
    assert files_in(tmp_path) == [tmp_path / key]
    assert store.get(ADA, key) == PICTURE


def test_a_place_where_no_folder_can_be_made_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = open_store(tmp_path / "file" / "store")
    with pytest.raises(StoreUnavailable, match="Not a directory"):
        store.put(ADA, PICTURE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_a_typed_error(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    key = store.put(ADA, PICTURE)
    (tmp_path / "store").chmod(0)
    try:
        with pytest.raises(StoreUnavailable, match="Permission denied"):
            store.get(ADA, key)
        with pytest.raises(StoreUnavailable, match="Permission denied"):
            store.put(ADA, b"another")
    finally:
        (tmp_path / "store").chmod(0o700)


def test_whatever_a_driver_raises_is_typed_and_says_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(Settings(store_url=SecretStr("memory://trouble"), secret_key=SECRET))
    key = store.put(ADA, PICTURE)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no answer from ftp://ada:hunter2@host")

    for method in ("pipe_file", "cat_file", "rm_file", "ls"):
        monkeypatch.setattr(MemoryFileSystem, method, fail)
    for call in (
        partial(store.put, ADA, PICTURE),
        partial(store.get, ADA, key),
        partial(store.delete, key),
        partial(store.delete_owner, ADA),
    ):
        with pytest.raises(StoreUnavailable) as caught:
            call()
        assert "hunter2" not in str(caught.value)
    monkeypatch.undo()
    assert store.get(ADA, key) == PICTURE


def test_a_server_that_is_not_there_is_a_typed_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = SecretStr(f"ftp://ada:hunter2@127.0.0.1:{taken.getsockname()[1]}/pictures")
        with pytest.raises(StoreUnavailable) as caught:
            Store.open(Settings(store_url=url, secret_key=SECRET))
    assert "hunter2" not in str(caught.value)


PUT_AND_HANG = """
import os, sys, time
from pathlib import Path
from tests.tasks.store.kit import ADA, PICTURE, open_store

store = open_store(Path(sys.argv[1]))
def hang(_):
    print("half way", flush=True)
    time.sleep(60)
os.fsync = hang
store.put(ADA, PICTURE)
"""


def test_a_process_killed_while_it_puts_leaves_nothing_that_can_be_read_as_a_picture(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    store.delete(key)
    with subprocess.Popen([sys.executable, "-c", PUT_AND_HANG, tmp_path], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half way\n"
        child.send_signal(signal.SIGKILL)
    with pytest.raises(PictureMissing):
        store.get(ADA, key)
    assert list(store.stored()) == []
    (left,) = files_in(tmp_path)
    assert PICTURE[:16] not in left.read_bytes()
    now = datetime.now(UTC)
    assert store.delete_unfinished(now - timedelta(hours=1)) == 0
    assert store.delete_unfinished(now + timedelta(hours=1)) == 1
    assert files_in(tmp_path) == []


def test_many_put_get_and_delete_the_same_picture_at_once_and_nobody_sees_a_half(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    pictures = [bytes([number]) * 50_000 for number in range(3)]
    keys = [store.put(ADA, picture) for picture in pictures]

    def put(number: int) -> None:
        for _ in range(15):
            assert store.put(ADA, pictures[number]) == keys[number]

    def get(number: int) -> None:
        for _ in range(40):
            assert store.get(ADA, keys[number]) == pictures[number]

    def delete_old(number: int) -> None:
        for _ in range(40):
            store.delete(keys[number], older_than=datetime.now(UTC) - timedelta(minutes=1))

    results = together(*[partial(act, number) for number in range(3) for act in (put, get, delete_old)])
    assert results == [None] * 9
    assert sorted(stored.key for stored in store.stored()) == sorted(keys)


def test_of_many_who_delete_a_picture_one_is_told_that_it_was_there(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    assert sorted(together(*[partial(store.delete, key)] * 8)) == [False] * 7 + [True]


def test_a_picture_put_again_is_never_deleted_as_old_however_close_the_two_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path)
    look_at = LocalFileSystem.info

    def slow_disk(*arguments: Any, **more: Any) -> Any:
        found = look_at(*arguments, **more)
        time.sleep(0.01)  # between the look at a file's age and its end
        return found

    monkeypatch.setattr(LocalFileSystem, "info", slow_disk)
    for number in range(20):
        picture = bytes([number]) * 1000
        key = store.put(ADA, picture)
        os.utime(tmp_path / key, (0, 0))
        now = datetime.now(UTC)
        delete = partial(store.delete, key, older_than=now)
        together(delete, delete, partial(store.put, ADA, picture), delete)
        assert store.get(ADA, key) == picture
