"""The cost of a picture from the command line; the numbers themselves are checked beside the bench."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from leffa.bench import flops
from tests.leffa.bench.small import write_small_base
from tests.leffa.cli.conftest import Leffa


@pytest.fixture(scope="module")
def small_report(tmp_path_factory: pytest.TempPathFactory) -> flops.FlopReport:
    """Counting at full size takes a while."""
    return flops.count_base(write_small_base(tmp_path_factory.mktemp("base")), 64, 48, 2, name="small")


@pytest.fixture
def _small_models(small_report: flops.FlopReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flops, "count", lambda name: replace(small_report, model=name))


@pytest.mark.usefixtures("_small_models")
def test_operations_are_counted_for_both_models_and_written_as_a_page(leffa: Leffa, tmp_path: Path) -> None:
    page = tmp_path / "docs" / "bench.md"
    report = json.loads(leffa("bench", "--flops", "--json", "--write", page).stdout)
    assert [count["model"] for count in report["flops"]] == ["viton_hd", "deep_fashion"]
    assert report["timings"] == []
    assert "**deep_fashion**" in page.read_text()


@pytest.mark.usefixtures("_small_models")
def test_without_json_the_tables_are_printed(leffa: Leffa) -> None:
    assert "| new garment " in leffa("bench", "--flops").stdout


def test_counting_only_and_timing_fully_contradict_each_other(leffa: Leffa) -> None:
    assert leffa("bench", "--flops", "--full").exit_code == 2


@pytest.mark.parametrize("device", ["toaster", "cuda:99"])
def test_a_device_that_is_not_there(leffa: Leffa, device: str) -> None:
    done = leffa("bench", "--device", device)
    assert done.exit_code == 1
    assert done.stderr.strip().endswith("[option_invalid]")
