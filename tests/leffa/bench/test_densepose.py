"""What DensePose costs beside its convolutions, at a size that takes a moment."""

from __future__ import annotations

import pytest

from leffa.bench.densepose import Report, measure

# A benchmark's own tests take a benchmark's time.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report() -> Report:
    return measure((40, 900), repetitions=1)


def test_the_layers_take_most_of_the_time(report: Report) -> None:
    assert 0 < report.layers_seconds < report.whole_seconds
    assert report.ratio == report.whole_seconds / report.layers_seconds
    assert report.people > 0


def test_the_command_prints_both_times_the_ratio_and_the_memory(report: Report) -> None:
    text = report.render()
    for number in (report.whole_seconds, report.layers_seconds, report.ratio):
        assert f"{number:.2f}" in text
    assert "peak memory" in text
