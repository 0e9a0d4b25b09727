"""Photos of themselves that people keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from config.settings import Settings
from tasks.db.people import saved_photos
from tasks.keepsakes.items import list_all, remove, rename, save, take_out
from tasks.records import Person, SavedPhoto


def save_photo(
    connection: Connection, person: Person, name: str, key: str, settings: Settings, now: datetime
) -> SavedPhoto:
    """Raises what `items.save` does."""
    values = {"name": name, "store_key": key, "created_at": now}
    return _photo(save(connection, saved_photos, person, settings.saved_photos_max, values))


def replace_photo(
    connection: Connection, person: Person, name: str, key: str, settings: Settings, now: datetime
) -> tuple[SavedPhoto, str | None]:
    """The photo of this name from now on, and the key of the one before. Raises what `items.save` does."""
    before = take_out(connection, saved_photos, person, name)
    photo = save_photo(connection, person, name, key, settings, now)
    return photo, None if before is None else before["store_key"]


def saved_photos_of(connection: Connection, person: Person) -> Sequence[SavedPhoto]:
    """By name."""
    return [_photo(row) for row in list_all(connection, saved_photos, person)]


def rename_photo(connection: Connection, person: Person, photo_id: int, name: str) -> SavedPhoto:
    """Raises what `items.rename` does."""
    return _photo(rename(connection, saved_photos, person, photo_id, name))


def remove_photo(connection: Connection, person: Person, photo_id: int) -> SavedPhoto:
    """Raises `UnknownItem`."""
    return _photo(remove(connection, saved_photos, person, photo_id))


def _photo(row: RowMapping) -> SavedPhoto:
    return SavedPhoto(row["id"], row["name"], row["store_key"], row["created_at"])
