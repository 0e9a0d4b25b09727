"""What a parsing network costs, at a size that takes a moment."""

from __future__ import annotations

import pytest

from leffa.bench.parsing import measure

# A benchmark's own tests take a benchmark's time.
pytestmark = pytest.mark.slow


def test_cost_names_times_their_ratio_and_memory() -> None:
    cost = measure(size=64, repetitions=1)
    assert cost.ratio == pytest.approx(cost.network_seconds / cost.convolution_seconds)
    assert cost.convolution_seconds > 0
    assert cost.weight_bytes == 4 * 66_665_636
    assert cost.peak_bytes > cost.weight_bytes
    assert f"ratio {cost.ratio:.3f}" in str(cost)
