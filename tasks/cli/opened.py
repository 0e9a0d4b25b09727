"""The settings, and an open desk, for commands; what is wrong with them becomes a desk's error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tasks.errors import DatabaseUnavailable, OptionInvalid

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from config.settings import Settings
    from tasks.desk import Desk


def read_settings() -> Settings:
    """Raises `OptionInvalid` that names the first wrong setting, and no value."""
    from config.settings import SettingsInvalid, load_settings

    try:
        return load_settings()
    except SettingsInvalid as error:
        first, *others = str(error).splitlines()
        more = f" (and {len(others)} more)" if others else ""
        raise OptionInvalid(f"{first}{more}; giydir doctor shows all") from None
    except (OSError, UnicodeDecodeError):
        raise OptionInvalid(".env cannot be read; giydir doctor says more") from None


@contextmanager
def open_database(settings: Settings) -> Iterator[Engine]:
    """The engine, closed at the end."""
    from tasks.db.engine import open_engine

    engine = open_engine(
        settings.database_url.get_secret_value(), busy_seconds=settings.database_busy_seconds
    )
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_desk() -> Iterator[Desk]:
    """A desk at a database that has the newest tables. Raises `DatabaseUnavailable`, `OptionInvalid`."""
    from tasks.db.revisions import current_revision, newest_revision
    from tasks.db.sqlite import file_of
    from tasks.desk import Desk

    settings = read_settings()
    file = file_of(settings.database_url.get_secret_value())
    if file is not None and not file.exists():
        # To open it would make an empty one.
        raise DatabaseUnavailable("there is no database yet; make it: giydir db upgrade")
    with open_database(settings) as engine:
        there, newest = current_revision(engine), newest_revision()
        if there != newest:
            raise DatabaseUnavailable(
                f"the database is at revision {there or 'none'}, not at {newest}: giydir db upgrade"
            )
        yield Desk(engine, settings)
