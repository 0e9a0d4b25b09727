"""A folder to pull weights into."""

from __future__ import annotations

from pathlib import Path

import pytest

from leffa.weights.layout import MODELS, parts_for
from leffa.weights.licences import accept, licences_for


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where all terms of use are accepted; else empty."""
    accept(tmp_path / "weights", licences_for(parts_for(MODELS)))
    return tmp_path / "weights"
