"""Cancelling: whose job, in which state, at what price."""

from __future__ import annotations

import pytest

from tasks.errors import NotOwner, UnknownJob, WrongState
from tasks.records import Bell, JobState, Person
from tests.tasks.kit import ADA, BEN, RESULT, Office, result_of


@pytest.fixture
def asked(office: Office) -> Office:
    office.welcome(ADA, BEN)
    office.submit(ADA)
    return office


def test_a_queued_job_ends_at_once_and_is_paid_back(asked: Office) -> None:
    job = asked.desk.cancel(1, ADA.person)
    assert job.state is JobState.CANCELLED
    assert asked.desk.quota(ADA).used == 0
    assert asked.desk.claim("worker") is None


def test_a_running_job_is_asked_to_stop_at_its_next_step_and_is_free(asked: Office) -> None:
    claim = asked.claim()
    job = asked.desk.cancel(1, ADA.person)
    assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)
    assert asked.desk.read_outbox()[-1].bell is Bell.CANCELLING
    assert asked.desk.heartbeat(claim.token, 4).cancel
    assert asked.desk.cancelled(claim.token).state is JobState.CANCELLED
    assert asked.desk.quota(ADA).used == 0


def test_a_picture_that_is_done_before_the_flag_is_seen_is_delivered_and_costs(asked: Office) -> None:
    claim = asked.claim()
    asked.desk.cancel(1, ADA.person)
    assert asked.desk.succeed(claim.token, result_of(claim)).state is JobState.SUCCEEDED
    assert asked.desk.quota(ADA).used == 1


def test_cancelling_twice_rings_once(asked: Office) -> None:
    asked.claim()
    asked.desk.cancel(1, ADA.person)
    asked.desk.cancel(1, ADA.person)
    assert [row.bell for row in asked.desk.read_outbox()].count(Bell.CANCELLING) == 1


@pytest.mark.parametrize("stranger", [BEN.person, Person("telegram", "ada"), Person("discord", "nobody")])
def test_nobody_cancels_somebody_elses_job(asked: Office, stranger: Person) -> None:
    with pytest.raises(NotOwner):
        asked.desk.cancel(1, stranger)
    assert asked.desk.job(1).state is JobState.QUEUED


def test_an_ended_or_unknown_job_is_not_cancelled(asked: Office) -> None:
    asked.desk.succeed(asked.claim().token, RESULT)
    with pytest.raises(WrongState):
        asked.desk.cancel(1, ADA.person)
    with pytest.raises(UnknownJob):
        asked.desk.cancel(2, ADA.person)


def test_cancelling_one_job_leaves_the_others(asked: Office) -> None:
    other = asked.submit(ADA)
    asked.desk.cancel(1, ADA.person)
    assert asked.claim().job.id == other.id
