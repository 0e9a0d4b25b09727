"""What somebody asked for, and cannot have before something else: they agree to the terms, or send the
photos. They may not be known yet, so nothing is entered about them: who it was is told by a keyed hash, and
what they said is sealed as their photos are."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select

from config.settings import Settings
from tasks.db.insert import insert_unless_there
from tasks.db.wishes import wishes
from tasks.errors import OptionInvalid, SettingMissing
from tasks.people.hashes import identity_hash
from tasks.records import Person
from tasks.store.cipher import Cipher

LIFE = timedelta(minutes=15)
MOST_WORDS = 200_000  # characters; an album as Telegram tells it is 30,000


def keep_wish(
    connection: Connection, person: Person, name: str, words: str, settings: Settings, now: datetime
) -> None:
    """In place of what they asked for before under this name. Raises `OptionInvalid`, `SettingMissing`."""
    if len(words) > MOST_WORDS:
        raise OptionInvalid(f"what is asked for has at most {MOST_WORDS} characters")
    mark = _mark(person, settings)
    connection.execute(delete(wishes).where(*_of(mark, name)))
    sealed = _cipher(settings).seal_words(f"{mark}:{name}", words)
    insert_unless_there(connection, wishes, {"mark": mark, "name": name, "words": sealed, "at": now})


def wish_of(
    connection: Connection, person: Person, name: str, settings: Settings, now: datetime
) -> str | None:
    """What waits. Raises `SettingMissing`."""
    mark = _mark(person, settings)
    waiting = select(wishes.c.words).where(*_of(mark, name), wishes.c.at >= now - LIFE)
    sealed = connection.execute(waiting).scalar_one_or_none()
    return None if sealed is None else _cipher(settings).unseal_words(f"{mark}:{name}", sealed)


def take_wish(
    connection: Connection, person: Person, name: str, settings: Settings, now: datetime
) -> str | None:
    """The same, so that nobody else does. Raises `SettingMissing`."""
    words = wish_of(connection, person, name, settings, now)
    gone = connection.execute(delete(wishes).where(*_of(_mark(person, settings), name))).rowcount
    return words if gone else None


def forget_wishes(connection: Connection, person: Person, settings: Settings) -> None:
    """All of theirs."""
    if settings.secret_key is not None:
        connection.execute(delete(wishes).where(wishes.c.mark == _mark(person, settings)))


def drop_wishes(connection: Connection, now: datetime) -> int:
    """Delete what is too old. Returns how many there were."""
    return connection.execute(delete(wishes).where(wishes.c.at < now - LIFE)).rowcount


def _of(mark: str, name: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return wishes.c.mark == mark, wishes.c.name == name


def _mark(person: Person, settings: Settings) -> str:
    if settings.secret_key is None:
        raise SettingMissing("GIYDIR_SECRET_KEY is needed to keep what somebody asked for")
    return identity_hash(settings.secret_key, person)


def _cipher(settings: Settings) -> Cipher:
    assert settings.secret_key is not None
    return Cipher(settings.secret_key)
