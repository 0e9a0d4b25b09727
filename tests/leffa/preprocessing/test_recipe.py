"""The recorded runs' weights come out as they were, to the last bit."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.leffa.preprocessing.recipe import DATA, SEEDS, make_weights


@pytest.mark.parametrize("network", SEEDS)
def test_the_weights_are_those_of_the_recorded_runs(network: str) -> None:
    checks = json.loads((DATA / "recipe_checks.json").read_text(encoding="utf-8"))["nets"][network]
    total = hashlib.sha256()
    for name, tensor in sorted(make_weights(network).items()):
        total.update(name.encode() + b"\0" + tensor.numpy().tobytes())

    assert total.hexdigest() == checks["sha256_all_sorted"]
