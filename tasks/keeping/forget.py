"""Forgetting a person: their rows and their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.desk import Desk
from tasks.records import Person
from tasks.store.store import Store


@dataclass(frozen=True)
class ForgottenPerson:
    """How many rows of each kind, and how many pictures, were deleted."""

    rows: Mapping[str, int]
    pictures: int


def forget_person(desk: Desk, store: Store, person: Person) -> ForgottenPerson:
    """Delete a person's pictures and rows everywhere. Jobs that go on end, free.

    Pictures first: whatever goes wrong before the rows are gone, the person is known yet, and may ask again.
    Pictures once more at the end: what a worker or front end put in between. Whatever goes wrong then leaves
    pictures that no row needs, and the sweeper deletes them. Raises `UnknownPerson`, `SettingMissing`.
    """
    account_id = desk.known_account(person)
    pictures = store.delete_owner(account_id)
    forgotten = desk.forget(person)
    pictures += store.delete_owner(account_id)
    return ForgottenPerson(forgotten.rows, pictures)
