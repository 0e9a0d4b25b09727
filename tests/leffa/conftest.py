"""Two tiny models with recorded weights, one like SD 1.5 (try-on) and one like SDXL (pose transfer).

They are shared by all tests of a process, which leave them as they found them. And a hub with small files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest

from leffa.model import LeffaModel
from leffa.pipeline import LeffaPipeline
from leffa.weights import download, layout
from tests.leffa.evaluation.networks import write_networks
from tests.leffa.published import KINDS, Files, unpack
from tests.leffa.weights.hub import Hub, content, serving


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """By kind, "sd15" or "sdxl"."""
    return {kind: unpack(kind, tmp_path_factory.mktemp(kind)) for kind in KINDS}


@pytest.fixture(scope="session")
def models(files: dict[str, Files]) -> dict[str, LeffaModel]:
    """By kind, "sd15" or "sdxl"."""
    return {kind: LeffaModel.from_published(*files[kind]) for kind in KINDS}


@pytest.fixture
def model(models: dict[str, LeffaModel]) -> LeffaModel:
    """The one like SD 1.5."""
    return models["sd15"]


@pytest.fixture
def pipe(model: LeffaModel) -> LeffaPipeline:
    """Has seen nothing yet."""
    return LeffaPipeline(model)


@pytest.fixture
def seeing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of small feature networks, which are not the published ones either."""
    return write_networks(tmp_path / "networks", monkeypatch)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Asked where nothing else is said; its files are not the published ones, so no checksum is known."""
    monkeypatch.setattr(layout, "FILES", tuple(replace(file, sha256=None) for file in layout.FILES))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(download, "PAUSE", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    files = {file.path: content(file.path) for file in layout.FILES} | {"README.md": b"# Leffa"}
    with serving(files) as hub:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", hub.url)
        huggingface_hub.close_session()
        yield hub
        huggingface_hub.close_session()
