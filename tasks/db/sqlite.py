"""What only SQLite has: a file, and a way to copy it while it is in use."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from tasks.errors import DatabaseUnavailable, OptionInvalid

_PAGES = 1000  # copied at a time, between which others may write


def file_of(url: str) -> Path | None:
    """The database's file; `None` for another kind of database, or one that is in memory only.

    Raises `OptionInvalid` for a URL that cannot be read.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Either's text may hold a password.
        raise OptionInvalid("the database URL cannot be read") from None
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def backup(file: Path, target: Path) -> None:
    """Copy the database to a new file, by SQLite's own online backup: whole, and while others write.

    Raises `OptionInvalid` for a target that is there or cannot be written, `DatabaseUnavailable`.
    """
    if not file.exists():
        raise DatabaseUnavailable("there is no database yet")
    try:
        # Its owner's alone, as it holds what people asked for.
        target.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise OptionInvalid(f"cannot write {target}: {error.strerror}") from error
    try:
        source, copy = sqlite3.connect(file), sqlite3.connect(target)
        try:
            source.backup(copy, pages=_PAGES)
        finally:
            copy.close()
            source.close()
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise DatabaseUnavailable(str(error)) from None
