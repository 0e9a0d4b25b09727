"""Garments that people keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from config.settings import Settings
from tasks.db.people import wardrobe_items
from tasks.errors import OptionInvalid
from tasks.keepsakes.items import list_all, remove, rename, save
from tasks.records import GARMENT_TYPES, Garment, GarmentType, Person


def save_garment(
    connection: Connection,
    person: Person,
    name: str,
    garment_type: GarmentType,
    key: str,
    settings: Settings,
    now: datetime,
) -> Garment:
    """Raises what `items.save` does, and `OptionInvalid` for the garment type."""
    if garment_type not in GARMENT_TYPES:
        raise OptionInvalid(f"the garment type must be one of {', '.join(GARMENT_TYPES)}")
    values = {"name": name, "garment_type": garment_type, "store_key": key, "created_at": now}
    return _garment(save(connection, wardrobe_items, person, settings.wardrobe_max, values))


def wardrobe_of(connection: Connection, person: Person) -> Sequence[Garment]:
    """By name."""
    return [_garment(row) for row in list_all(connection, wardrobe_items, person)]


def rename_garment(connection: Connection, person: Person, garment_id: int, name: str) -> Garment:
    """Raises what `items.rename` does."""
    return _garment(rename(connection, wardrobe_items, person, garment_id, name))


def remove_garment(connection: Connection, person: Person, garment_id: int) -> Garment:
    """Raises `UnknownItem`."""
    return _garment(remove(connection, wardrobe_items, person, garment_id))


def _garment(row: RowMapping) -> Garment:
    return Garment(row["id"], row["name"], row["garment_type"], row["store_key"], row["created_at"])
