"""A real worker process on a real Redis, killed and stopped in the middle of a job."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tasks.records import Asker, Control, Job, JobState, Request
from tests.tasks.chaos.stage import Stage, set_up

ADA = Asker("discord", "guild", "ada")
LONG = 300  # steps of 10 ms: time enough to be in the middle of


@pytest.fixture
def stage() -> Iterator[Stage]:
    """One worker with the stub engine, one dispatcher; a job's lease is 5 seconds."""
    with tempfile.TemporaryDirectory(prefix="giydir-") as folder:
        url = f"sqlite:///{folder}/desk.db"
        with set_up(Path(folder), url, workers=1, dispatchers=1, member_limit=100) as stage:
            stage.desk.give_consent(ADA.person)
            yield stage


def submit(stage: Stage, steps: int = LONG) -> Job:
    account = stage.desk.account(ADA.person)
    request = Request(
        request_id=f"event {steps} {time.monotonic()}",
        control=Control.TRYON,
        model="viton_hd",
        garment_type="upper_body",
        source_key=stage.store.put(account, b"person"),
        reference_key=stage.store.put(account, b"garment"),
        steps=steps,
        options={"seed": 5},  # one of those that go well
    )
    return stage.desk.submit(ADA, request).job


def wait_for(holds: Callable[[], bool], seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def is_at_work(stage: Stage, job: Job) -> bool:
    return stage.desk.job(job.id).step > 0


def has_succeeded(stage: Stage, job: Job) -> bool:
    return stage.desk.job(job.id).state is JobState.SUCCEEDED


def test_a_job_whose_child_or_parent_is_killed_is_made_again_and_paid_once(stage: Stage) -> None:
    job = submit(stage)
    wait_for(lambda: is_at_work(stage, job))
    (child,) = psutil.Process(stage.stack.pids()["worker-0"]).children()
    child.kill()
    wait_for(lambda: stage.desk.job(job.id).attempt == 2 and is_at_work(stage, job))
    os.kill(stage.stack.pids()["worker-0"], signal.SIGKILL)
    wait_for(lambda: has_succeeded(stage, job))
    assert stage.desk.job(job.id).attempt == 3
    assert stage.desk.quota(ADA).used == 1


def test_sigterm_lets_a_worker_finish_its_job_and_take_no_other(stage: Stage) -> None:
    job, other = submit(stage), submit(stage, steps=LONG - 1)
    wait_for(lambda: is_at_work(stage, job))
    (seen,) = stage.desk.workers()
    assert seen.job == job.id
    worker = stage.stack.pids()["worker-0"]
    os.kill(worker, signal.SIGTERM)
    wait_for(lambda: stage.stack.pids()["worker-0"] != worker)
    assert seen.name not in {one.name for one in stage.desk.workers()}, "it said goodbye"
    assert has_succeeded(stage, job)
    assert stage.desk.job(job.id).attempt == 1
    # The next worker, which the supervisor starts, takes up the rest.
    wait_for(lambda: has_succeeded(stage, other))
    assert stage.desk.job(other.id).attempt == 1


def test_sigterm_puts_a_job_back_that_would_take_too_long(stage: Stage) -> None:
    job = submit(stage, steps=1000)  # ten seconds; a worker drains for five
    wait_for(lambda: is_at_work(stage, job))
    os.kill(stage.stack.pids()["worker-0"], signal.SIGTERM)
    wait_for(lambda: stage.desk.job(job.id).state is JobState.QUEUED)
    assert stage.desk.job(job.id).attempt == 0
    stage.desk.cancel(job.id, ADA.person)
    assert stage.desk.quota(ADA).used == 0


def test_a_worker_goes_on_when_redis_was_away(stage: Stage) -> None:
    first = submit(stage, steps=2)
    wait_for(lambda: has_succeeded(stage, first))
    os.kill(stage.stack.pids()["redis"], signal.SIGKILL)
    second = submit(stage, steps=3)
    wait_for(lambda: has_succeeded(stage, second))
    assert stage.desk.job(second.id).attempt == 1


def test_a_cancel_is_heard_by_a_worker_in_another_process(stage: Stage) -> None:
    job = submit(stage, steps=1000)
    wait_for(lambda: is_at_work(stage, job))
    stage.desk.cancel(job.id, ADA.person)
    wait_for(lambda: stage.desk.job(job.id).state is JobState.CANCELLED, seconds=5)
    assert stage.desk.quota(ADA).used == 0
