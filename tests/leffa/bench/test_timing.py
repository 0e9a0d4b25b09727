"""Time and memory, both ways side by side, at a size that takes a moment."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from leffa.bench.report import render_page, render_timing
from leffa.bench.timing import (
    VARIANTS,
    Setting,
    TimingReport,
    compare,
    compare_variants,
    full_size,
    mini_size,
    random_model,
)
from leffa.errors import OptionInvalid
from tests.leffa.bench.small import write_small_base

# A benchmark's own tests take a benchmark's time.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    base = write_small_base(tmp_path_factory.mktemp("small"))
    return Setting(base, height=64, width=48, steps=2, repetitions=2, variant="channels-last")


@pytest.fixture(scope="module")
def report(setting: Setting) -> TimingReport:
    return compare(setting)


def test_both_ways_give_the_same_picture(report: TimingReport) -> None:
    assert report.latent_difference < 2e-5
    assert report.picture_difference <= 1


def test_every_way_has_its_times_its_memory_and_its_ratio(report: TimingReport) -> None:
    published, new, cached = report.ways
    assert [way.way for way in report.ways] == ["published", "new garment", "cached garment"]
    assert published.step_speedup == published.picture_speedup == 1.0
    for way in (new, cached):
        assert way.picture_speedup == pytest.approx(published.picture_seconds / way.picture_seconds)
        assert way.step_speedup == pytest.approx(published.step_seconds / way.step_seconds)
        assert 0 < way.step_seconds < way.picture_seconds
    imports_alone = 50e6
    assert all(way.peak_bytes is None or way.peak_bytes > imports_alone for way in report.ways)


def test_bench_of_a_newcomer_runs_the_mini_model_anywhere() -> None:
    setting = mini_size()
    setting.check()
    assert setting.device == "cpu"
    assert (setting.base_dir / "unet" / "config.json").is_file()


def test_report_is_json_and_a_page_that_says_what_is_not_measured(report: TimingReport) -> None:
    assert json.loads(report.to_json())["ways"][0]["way"] == "published"
    assert "| ours, cached garment |" in render_timing(report)
    page = render_page([], [report])
    assert "leffa bench --full" in page
    on_gpu = replace(report, setting=replace(report.setting, device="cuda"))
    assert "leffa bench --full" not in render_page([], [report, on_gpu])


def test_both_ways_have_the_same_weights(setting: Setting) -> None:
    published, ours = (
        random_model(setting.base_dir, published=way, dtype=torch.float16, device="cpu").state_dict()
        for way in (True, False)
    )
    assert ours.keys() < published.keys()
    assert all(torch.equal(weight, published[key]) for key, weight in ours.items())
    assert all(weight.isfinite().all() for weight in ours.values())


@pytest.mark.parametrize(
    "change", [{"variant": "fast"}, {"steps": 1}, {"repetitions": 0}, {"variant": "cuda-graphs"}]
)
def test_what_cannot_be_measured_is_refused(setting: Setting, change: dict[str, object]) -> None:
    with pytest.raises(OptionInvalid):
        compare(replace(setting, **change))  # type: ignore[arg-type]


def test_full_size_without_a_gpu_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(OptionInvalid, match="CUDA"):
        compare_variants(full_size())


def test_all_variants_are_refused_where_one_cannot_run(setting: Setting) -> None:
    assert VARIANTS == ("eager", "channels-last", "compile", "cuda-graphs")
    with pytest.raises(OptionInvalid, match="cuda-graphs"):
        compare_variants(setting)
