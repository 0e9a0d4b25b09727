"""Who works here, as the operator sees it."""

from __future__ import annotations

from tasks.db.crew import workers
from tasks.records import WorkerReport
from tests.tasks.kit import ADA, Office, together


def said(name: str, *models: str, resting: bool = False, served: int = 0) -> WorkerReport:
    return WorkerReport(name, resting, models, served, model_bytes=5_000_000_000, gpu_bytes=None)


def test_a_worker_is_there_idle_at_work_and_after_a_silence(office: Office) -> None:
    assert office.desk.workers() == []
    office.desk.report_worker(said("gpu-1"))
    (idle,) = office.desk.workers()
    assert (idle.name, idle.job, idle.served, idle.model_bytes, idle.gpu_bytes) == (
        "gpu-1",
        None,
        0,
        5_000_000_000,
        None,
    )
    office.welcome(ADA)
    job = office.submit(ADA, steps=9)
    claim = office.desk.claim("gpu-1")
    assert claim is not None
    office.desk.heartbeat(claim.token, 4)
    office.clock.pass_time(seconds=40)
    (busy,) = office.desk.workers()
    assert (busy.job, busy.step, busy.steps) == (job.id, 4, 9)
    assert 40 <= busy.silent_seconds < 41
    office.desk.report_worker(said("gpu-1", resting=True, served=3))
    (again,) = office.desk.workers()
    assert (again.resting, again.served) == (True, 3)
    assert again.silent_seconds < 1
    assert again.begun_at == idle.begun_at


def test_who_leaves_is_gone_at_once_and_who_was_killed_after_an_hour(office: Office) -> None:
    for name in ("one", "other", "killed"):
        office.desk.report_worker(said(name))
    office.desk.worker_left("other")
    assert [one.name for one in office.desk.workers()] == ["killed", "one"]
    office.clock.pass_time(minutes=61)
    office.desk.report_worker(said("one"))
    assert [one.name for one in office.desk.workers()] == ["one"]


def test_a_first_word_said_twice_at_once_is_one_worker(office: Office) -> None:
    assert together(*[lambda: office.desk.report_worker(said("gpu-1"))] * 4) == [None] * 4
    assert office.count(workers) == 1


def test_what_can_be_made_is_what_some_worker_that_is_there_has_the_weights_of(office: Office) -> None:
    assert office.desk.models_there() is None, "nobody knows"
    office.desk.report_worker(said("bare"))
    assert office.desk.models_there() == frozenset()
    office.desk.report_worker(said("one", "viton_hd"))
    office.desk.report_worker(said("other", "viton_hd", "deep_fashion"))
    assert office.desk.models_there() == frozenset({"viton_hd", "deep_fashion"})
    office.clock.pass_time(seconds=61)
    office.desk.report_worker(said("one", "viton_hd"))
    assert office.desk.models_there() == frozenset({"viton_hd"})
