"""Two tiny models with recorded weights, one like SD 1.5 (try-on) and one like SDXL (pose transfer).

They are shared by all tests of a process, which leave them as they found them.
"""

from __future__ import annotations

import pytest

from leffa.model import LeffaModel
from leffa.pipeline import LeffaPipeline
from tests.leffa.published import KINDS, Files, unpack


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
