"""A hub with the whole layout and small files of any content, and a client that may ask it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import numpy as np
import pytest

from leffa.weights import download, layout
from leffa.weights.layout import FILES, parts_for
from leffa.weights.licences import accept, licences_for
from tests.leffa.weights.hub import Hub, serving

CHECKPOINT = "virtual_tryon.pth"
SIZE = 5_000_000


def content(path: str) -> bytes:
    """Another one for each file."""
    size = SIZE if path == CHECKPOINT else 2000
    return np.random.default_rng(len(path)).bytes(size) + path.encode()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Asked where nothing else is said; its files are not the published ones, so no checksum is known."""
    monkeypatch.setattr(layout, "FILES", tuple(replace(file, sha256=None) for file in FILES))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(download, "PAUSE", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files = {file.path: content(file.path) for file in FILES} | {"README.md": b"# Leffa"}
    with serving(files) as hub:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", hub.url)
        huggingface_hub.close_session()
        yield hub
        huggingface_hub.close_session()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where all terms of use are accepted; else empty."""
    accept(tmp_path / "weights", licences_for(parts_for(layout.MODELS)))
    return tmp_path / "weights"
