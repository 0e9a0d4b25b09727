"""What is counted, and how few series it makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tasks import metrics
from tasks.metrics import REGISTRY
from tests.tasks.kit import ADA, BEN, Office, result_of


class Change:
    """How much a sample grew since the test began."""

    def __init__(self) -> None:
        self._before = _all()

    def __call__(self, name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return _all().get(key, 0.0) - self._before.get(key, 0.0)


def _all() -> dict[Any, float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
    }


@pytest.fixture
def change() -> Change:
    return Change()


@pytest.fixture
def _no_memory_watched() -> Iterator[None]:
    yield
    metrics.watch_memory(dict)


def test_a_picture_counts_with_its_outcome_and_its_time(office: Office, change: Change) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    claim = office.claim()
    metrics.claimed()
    office.clock.pass_time(seconds=4)
    metrics.step_made(claim.job, 0.2)
    metrics.job_ended(office.desk.succeed(claim.token, result_of(claim)))
    kind = {"control": "tryon", "model": "viton_hd"}
    assert change("giydir_claims_total") == 1
    assert change("giydir_jobs_ended_total", outcome="succeeded", code="") == 1
    assert change("giydir_step_seconds_sum", **kind) == pytest.approx(0.2)
    assert change("giydir_picture_seconds_sum", **kind) == pytest.approx(4, abs=0.01)
    assert REGISTRY.get_sample_value("giydir_last_step_timestamp_seconds")


def test_a_failure_counts_with_its_code_and_not_as_a_picture(office: Office, change: Change) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    metrics.job_ended(office.desk.fail(office.claim().token, "worker_lost"))
    assert change("giydir_jobs_ended_total", outcome="failed", code="worker_lost") == 1
    assert change("giydir_picture_seconds_count", control="tryon", model="viton_hd") == 0


def test_refusals_count_by_code_and_unknown_codes_together(change: Change) -> None:
    for code in ("quota_exceeded", "banned_here", "no_person_tested", "ada's secret", "x" * 500):
        metrics.refused(code)
    assert change("giydir_refusals_total", code="quota_exceeded") == 1
    assert change("giydir_refusals_total", code="banned_here") == 1
    assert change("giydir_refusals_total", code="other") == 3
    metrics.know_codes(["no_person_tested"])
    metrics.refused("no_person_tested")
    assert change("giydir_refusals_total", code="no_person_tested") == 1


def test_a_model_that_somebody_made_up_counts_as_other(office: Office, change: Change) -> None:
    office.welcome(ADA)
    job = office.submit(ADA)
    for number in range(5):
        made_up = replace(job, request=replace(job.request, model=f"model-{number}"))
        metrics.step_made(made_up, 1)
    assert change("giydir_step_seconds_count", control="tryon", model="other") == 5


def test_swept_jobs_count_by_what_became_of_them_and_as_ended(office: Office, change: Change) -> None:
    office.welcome(ADA, BEN)
    office.submit(ADA)
    _lose(office)
    _lose(office.with_settings(attempts=2))
    job = office.submit(BEN)
    office.claim()
    office.desk.cancel(job.id, BEN.person)
    office.clock.pass_time(minutes=5)
    metrics.swept(office.desk.sweep())
    for became in ("requeued", "failed", "cancelled"):
        assert change("giydir_leases_swept_total", became=became) == 1
    assert change("giydir_jobs_ended_total", outcome="failed", code="worker_lost") == 1
    assert change("giydir_jobs_ended_total", outcome="cancelled", code="") == 1


def _lose(office: Office) -> None:
    """A worker takes a job, and is not heard of again."""
    office.claim()
    office.clock.pass_time(minutes=5)
    metrics.swept(office.desk.sweep())


def test_the_rest_is_counted(change: Change) -> None:
    metrics.bells_rung(3)
    metrics.store_swept(7)
    metrics.models_loaded(12.5)
    metrics.breaker_open(True)
    assert change("giydir_bells_rung_total") == 3
    assert (change("giydir_store_sweeps_total"), change("giydir_store_files_deleted_total")) == (1, 7)
    assert REGISTRY.get_sample_value("giydir_model_load_seconds") == 12.5
    assert REGISTRY.get_sample_value("giydir_breaker_open") == 1
    metrics.breaker_open(False)
    assert REGISTRY.get_sample_value("giydir_breaker_open") == 0


@pytest.mark.usefixtures("_no_memory_watched")
def test_memory_is_read_at_each_scrape_and_gpu_memory_only_where_there_is_a_gpu() -> None:
    sizes = {"models": 100}
    metrics.watch_memory(lambda: sizes)
    assert REGISTRY.get_sample_value("giydir_resident_model_bytes") == 100
    assert REGISTRY.get_sample_value("giydir_gpu_memory_bytes") is None
    sizes |= {"models": 200, "gpu": 300}
    assert REGISTRY.get_sample_value("giydir_resident_model_bytes") == 200
    assert REGISTRY.get_sample_value("giydir_gpu_memory_bytes") == 300


def test_each_metric_of_ours_is_named_alike_and_explained() -> None:
    ours = [family for family in REGISTRY.collect() if not family.name.startswith(("process_", "python_"))]
    assert len(ours) >= 12
    assert all(family.name.startswith("giydir_") and family.documentation.endswith(".") for family in ours)
