"""One model with the recorded weights for all tests of a process, which leave it as they found it."""

from __future__ import annotations

import pytest

from leffa.preprocessing.densepose.predictor import DensePose
from tests.leffa.preprocessing.densepose.recorded import make_densepose


@pytest.fixture(scope="session")
def densepose() -> DensePose:
    return make_densepose()
