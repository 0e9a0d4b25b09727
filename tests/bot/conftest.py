"""A desk on both databases, a store on the disk, and a worker who makes pictures at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from tasks.store.store import Store
from tests.bot.kit import Worker
from tests.tasks.conftest import (  # noqa: F401 (fixtures)
    engine,
    migrated_postgresql,
    migrated_sqlite,
    office,
    postgresql,
)
from tests.tasks.kit import Office


@pytest.fixture
def store(office: Office, tmp_path: Path) -> Store:  # noqa: F811
    settings = office.settings.model_copy(update={"store_url": SecretStr(f"file://{tmp_path}/store")})
    return Store.open(settings)


@pytest.fixture
def worker(office: Office, store: Store) -> Worker:  # noqa: F811
    return Worker(office, store)
