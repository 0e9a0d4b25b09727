"""Workers that fall silent."""

from __future__ import annotations

import pytest

from tasks.errors import StaleToken
from tasks.records import Bell, JobState, Swept
from tests.tasks.kit import ADA, BEN, Office, result_of


@pytest.fixture
def at_work(office: Office) -> Office:
    office.welcome(ADA)
    office.submit(ADA)
    return office


def test_a_job_in_good_hands_is_left_alone(at_work: Office) -> None:
    claim = at_work.claim()
    for step in range(3):
        at_work.clock.pass_time(seconds=59)
        at_work.desk.heartbeat(claim.token, step)
    assert at_work.desk.sweep() == Swept((), (), ())


def test_a_lost_workers_job_waits_again_and_the_old_token_is_void(at_work: Office) -> None:
    lost = at_work.claim()
    at_work.clock.pass_time(seconds=61)
    assert at_work.desk.sweep().requeued == (lost.job.id,)
    assert at_work.desk.read_outbox()[-1].bell is Bell.QUEUED
    with pytest.raises(StaleToken):
        at_work.desk.succeed(lost.token, result_of(lost))
    again = at_work.claim()
    assert (again.job.id, again.job.attempt) == (lost.job.id, 2)
    assert again.token > lost.token
    at_work.desk.succeed(again.token, result_of(again))
    assert at_work.desk.quota(ADA).used == 1


def test_after_three_attempts_a_job_fails_and_is_paid_back(at_work: Office) -> None:
    for _ in range(3):
        claim = at_work.claim()
        at_work.clock.pass_time(seconds=61)
        swept = at_work.desk.sweep()
    assert swept.failed == (claim.job.id,)
    job = at_work.desk.job(claim.job.id)
    assert (job.state, job.error_code, job.attempt) == (JobState.FAILED, "worker_lost", 3)
    assert at_work.desk.quota(ADA).used == 0


def test_a_job_that_was_to_stop_when_its_worker_got_lost_is_cancelled(at_work: Office) -> None:
    claim = at_work.claim()
    at_work.desk.cancel(claim.job.id, ADA.person)
    at_work.clock.pass_time(seconds=61)
    assert at_work.desk.sweep().cancelled == (claim.job.id,)
    assert at_work.desk.quota(ADA).used == 0


def test_a_worker_that_speaks_up_late_but_before_the_sweep_keeps_its_job(at_work: Office) -> None:
    claim = at_work.claim()
    at_work.clock.pass_time(seconds=61)
    at_work.desk.heartbeat(claim.token, 5)
    assert at_work.desk.sweep().requeued == ()


def test_bells_are_wanted_only_for_jobs_that_may_start(at_work: Office) -> None:
    at_work.submit(ADA)
    assert at_work.desk.startable() == 1  # One of a member's jobs runs at a time.
    at_work.claim()
    assert at_work.desk.startable() == 0
    at_work.welcome(BEN)
    at_work.submit(BEN)
    assert at_work.desk.startable() == 1
    at_work.desk.pause_all(None)
    assert at_work.desk.startable() == 0
