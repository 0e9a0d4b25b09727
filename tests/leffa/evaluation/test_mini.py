"""The report on the mini model: every seed measured, the first ones shown."""

from __future__ import annotations

import pytest

from leffa.dressing import Options
from leffa.evaluation.mini import REPORT, contact_sheet


@pytest.mark.slow
def test_each_held_out_pair_is_measured_beside_both_baselines() -> None:
    options = Options(num_inference_steps=1, guidance_scale=1.0)
    shown, values = REPORT.evaluate(options, range(2), processes=1)
    assert [sample.pair.seed for sample in shown] == [0, 1]
    assert list(values) == ["mini model", "unchanged person", "mean colour"]
    assert all(len(rows["SSIM"]) == 2 for rows in values.values())
    sheet = contact_sheet(shown)
    assert sheet.height == 256
    report = REPORT.render(values, options)
    assert "2 held-out synthetic pairs" in report
    assert "1 steps, guidance scale 1.0" in report
