"""A wall to write on, and somebody who does."""

from __future__ import annotations

import pytest

from bot.core import delivery
from bot.core.delivery import Delivery
from tasks.store.store import Store
from tests.bot.core.wall import Wall, bringer
from tests.tasks.kit import Office


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def bringing(office: Office, store: Store, wall: Wall) -> Delivery:
    return bringer(office, store, wall)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are looked up, and what failed is tried again, at once."""
    monkeypatch.setattr(delivery, "PLACE_SECONDS", 0.0)
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.0)
