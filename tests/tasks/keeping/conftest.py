"""A studio on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tasks.keeping.kit import Studio
from tests.tasks.kit import ADA, BEN, Office
from tests.tasks.store.kit import open_store


@pytest.fixture
def studio(office: Office, tmp_path: Path) -> Studio:
    office.welcome(ADA, BEN)
    return Studio(office, open_store(tmp_path / "store"), tmp_path / "store")
