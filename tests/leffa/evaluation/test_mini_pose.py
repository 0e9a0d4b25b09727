"""The report on the mini pose model; and that it does what it is there for."""

from __future__ import annotations

import pytest

from leffa.dressing import Options
from leffa.evaluation.mini_pose import (
    MODEL,
    REPORT,
    Sample,
    contact_sheet,
    make_sample,
    measure,
)
from leffa.pipeline import LeffaPipeline
from leffa.presets import MINI_POSE
from leffa.weights import load_model


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    pipe = LeffaPipeline(load_model("mini", MINI_POSE), cache_bytes=0)
    return [make_sample(pipe, seed, Options(num_inference_steps=6)) for seed in range(2)]


def test_a_person_is_moved_into_the_pose(samples: list[Sample]) -> None:
    rows = measure(samples[1])
    assert rows[MODEL]["colour distance"] < 0.6 * rows["as they stood"]["colour distance"]
    assert rows[MODEL]["SSIM"] > rows["as they stood"]["SSIM"]


def test_the_report_has_a_row_for_the_model_and_each_baseline(samples: list[Sample]) -> None:
    rows = [measure(sample) for sample in samples]
    values = {
        name: {measured: [row[name][measured] for row in rows] for measured in ("SSIM", "colour distance")}
        for name in rows[0]
    }
    report = REPORT.render(values, Options(num_inference_steps=6, guidance_scale=1.5))
    assert "2 held-out drawn people" in report
    assert [f"| {name} |" in report for name in values] == [True] * 3
    assert contact_sheet(samples).size == (8 * 192 + 12, 256)
