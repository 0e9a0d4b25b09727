"""The ledger is append-only, and the database itself holds to it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from tasks.db.engine import writing
from tasks.db.people import FORGOTTEN
from tasks.db.work import ledger
from tests.tasks.kit import ADA, Office


@pytest.fixture
def paid(office: Office) -> Office:
    office.welcome(ADA)
    office.make_picture(ADA)
    return office


def test_no_entry_is_deleted(paid: Office) -> None:
    with pytest.raises(IntegrityError, match="append-only"), writing(paid.engine) as connection:
        connection.execute(delete(ledger))
    assert len(paid.entries()) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"amount": -2},
        {"purse": "bonus"},
        {"business_id": "other"},
        {"kind": "adjust"},
        {"reason": "made up"},
        {"account_id": 1, "amount": -3},
        {"account_id": FORGOTTEN, "amount": 0},
    ],
    ids=str,
)
def test_no_entry_is_changed(paid: Office, change: dict[str, Any]) -> None:
    before = paid.entries()
    with pytest.raises(IntegrityError, match="append-only"), writing(paid.engine) as connection:
        connection.execute(update(ledger).where(ledger.c.kind == "reserve").values(**change))
    assert paid.entries() == before


def test_only_whom_it_was_about_can_be_blanked(paid: Office) -> None:
    before = paid.entries()
    with writing(paid.engine) as connection:
        connection.execute(update(ledger).values(account_id=FORGOTTEN, actor_id=FORGOTTEN, reason=None))
    assert paid.entries() == before


@pytest.mark.parametrize("business_id", ["job:1:reserve", "job:1:end"])
def test_nothing_is_written_twice(paid: Office, business_id: str) -> None:
    entry = {
        "business_id": business_id,
        "kind": "adjust",
        "account_id": 1,
        "community_id": 1,
        "purse": "window",
        "amount": 1,
        "counts_at": paid.clock(),
        "at": paid.clock(),
    }
    with pytest.raises(IntegrityError), writing(paid.engine) as connection:
        connection.execute(insert(ledger).values(**entry))


@pytest.mark.parametrize(("kind", "amount"), [("reserve", 1), ("release", -1), ("settle", 1), ("gift", 1)])
def test_a_kind_of_entry_has_its_sign(paid: Office, kind: str, amount: int) -> None:
    entry = {
        "business_id": "new",
        "kind": kind,
        "account_id": 1,
        "community_id": 1,
        "purse": "window",
        "amount": amount,
        "counts_at": paid.clock(),
        "at": paid.clock(),
    }
    with pytest.raises(IntegrityError), writing(paid.engine) as connection:
        connection.execute(insert(ledger).values(**entry))
