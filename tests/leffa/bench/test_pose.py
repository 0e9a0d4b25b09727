"""The bench of the pose measures something of every part."""

from __future__ import annotations

import pytest

from leffa.bench.pose import measure

# A benchmark's own tests take a benchmark's time.
pytestmark = pytest.mark.slow


def test_every_part_takes_time() -> None:
    cost = measure((96, 128), repetitions=1)
    assert min(cost.input_seconds, cost.network_seconds, cost.convolution_seconds, cost.reading_seconds) > 0
    # Little but convolutions happens in the network.
    assert cost.network_seconds < 3 * cost.convolution_seconds
