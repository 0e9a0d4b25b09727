"""The bench of the loss: both ways are the same loss, and what does not fit is not started."""

from __future__ import annotations

import pytest

from leffa.bench.loss import LAYERS, Case, measure, measure_apart, render


def test_both_ways_are_the_same_loss_and_gradient() -> None:
    explicit, linear = (measure(Case(128, 96, LAYERS[:3], way)) for way in (True, False))
    assert explicit.loss == pytest.approx(linear.loss, rel=1e-5)
    assert explicit.gradient == pytest.approx(linear.gradient, rel=1e-3)


def test_sd15_has_fifteen_layers_and_the_full_size_does_not_fit_the_explicit_way() -> None:
    case = Case(1024, 768, LAYERS, explicit=True)
    assert len(LAYERS) == 15
    assert case.tokens(8) == 12_288
    assert case.map_bytes > 60e9


def test_what_does_not_fit_is_not_started() -> None:
    layers, budget = LAYERS[:1], 10**9
    cost = measure_apart(Case(1024, 768, layers, explicit=True), budget)
    assert cost.seconds is None
    assert cost.bytes > budget
    assert "19.3 GB at least | not started" in render([cost, cost])
