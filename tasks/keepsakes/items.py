"""What saved photos and wardrobe items have in common: an owner, a name of their own, and a most."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, func, insert, select, update

from tasks.db.people import accounts
from tasks.errors import NameTaken, OptionInvalid, TooManySaved, UnknownItem
from tasks.people.enrol import find_account, known_account
from tasks.records import MAX_NAME, Person
from tasks.store.keys import check_owner

# Control characters, and halves of characters.
_UNWRITTEN = ("Cc", "Cs")


def save(
    connection: Connection, table: Table, person: Person, most: int, values: dict[str, Any]
) -> RowMapping:
    """Raises `UnknownPerson`, `NotOwner`, `OptionInvalid`, `NameTaken`, `TooManySaved`."""
    account_id = known_account(connection, person)
    check_owner(account_id, values["store_key"])
    _check_name(connection, table, account_id, values["name"])
    theirs = select(func.count()).select_from(table).where(table.c.account_id == account_id)
    if connection.execute(theirs).scalar_one() >= most:
        raise TooManySaved(f"{most} may be saved")
    added = insert(table).values(account_id=account_id, **values).returning(*table.c)
    return connection.execute(added).mappings().one()


def list_all(connection: Connection, table: Table, person: Person) -> Sequence[RowMapping]:
    """By name; nothing of somebody who was never seen."""
    theirs = select(table).where(table.c.account_id == find_account(connection, person))
    return connection.execute(theirs.order_by(table.c.name, table.c.id)).mappings().all()


def rename(connection: Connection, table: Table, person: Person, item_id: int, name: str) -> RowMapping:
    """Raises `OptionInvalid`, `NameTaken`, `UnknownItem`."""
    account_id = find_account(connection, person)
    _check_name(connection, table, account_id, name, but=item_id)
    changed = (
        update(table)
        .where(table.c.id == item_id, table.c.account_id == account_id)
        .values(name=name)
        .returning(*table.c)
    )
    return _one(connection.execute(changed).mappings().one_or_none())


def remove(connection: Connection, table: Table, person: Person, item_id: int) -> RowMapping:
    """Raises `UnknownItem`."""
    account_id = find_account(connection, person)
    gone = delete(table).where(table.c.id == item_id, table.c.account_id == account_id).returning(*table.c)
    return _one(connection.execute(gone).mappings().one_or_none())


def take_out(connection: Connection, table: Table, person: Person, name: str) -> RowMapping | None:
    """What the person saved under this name, if anything, is saved no longer."""
    account_id = find_account(connection, person)
    gone = delete(table).where(table.c.account_id == account_id, table.c.name == name).returning(*table.c)
    return connection.execute(gone).mappings().one_or_none()


def _check_name(
    connection: Connection, table: Table, account_id: int | None, name: str, but: int | None = None
) -> None:
    """Locks the account, so that its names stay as they are until the transaction ends."""
    if not 1 <= len(name) <= MAX_NAME or name != " ".join(name.split()):
        raise OptionInvalid(f"a name has 1 to {MAX_NAME} characters, and single spaces only between words")
    if any(unicodedata.category(letter) in _UNWRITTEN for letter in name):
        raise OptionInvalid("a name has no control characters")
    connection.execute(
        select(accounts.c.id).where(accounts.c.id == account_id).with_for_update(key_share=True)
    )
    taken = select(table.c.id).where(
        table.c.account_id == account_id, table.c.name == name, table.c.id.is_distinct_from(but)
    )
    if connection.execute(taken).first() is not None:
        raise NameTaken("another one has this name")


def _one(row: RowMapping | None) -> RowMapping:
    if row is None:
        raise UnknownItem("nothing of this person's has this id")
    return row
