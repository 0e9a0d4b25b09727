"""A job in a worker's hands, to its end: told once, paid for once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tasks.db.work import jobs
from tasks.errors import NotOwner, OptionInvalid, StaleToken
from tasks.records import Bell, JobState
from tests.tasks.kit import ADA, RESULT, Office, picture_key, result_of


@pytest.fixture
def at_work(office: Office) -> Office:
    office.welcome(ADA)
    office.submit(ADA)
    return office


def test_a_heartbeat_renews_the_lease_and_keeps_the_step(at_work: Office) -> None:
    claim = at_work.claim()
    at_work.clock.pass_time(seconds=50)
    beat = at_work.desk.heartbeat(claim.token, 7)
    assert beat.lease_until > claim.lease_until + timedelta(seconds=49)
    assert not beat.cancel
    assert at_work.desk.job(claim.job.id).step == 7


def test_a_picture_costs_what_was_reserved_and_the_end_is_told(at_work: Office) -> None:
    claim = at_work.claim()
    job = at_work.desk.succeed(claim.token, result_of(claim))
    assert (job.state, job.result_key) == (JobState.SUCCEEDED, result_of(claim))
    assert at_work.entries() == [
        (f"job:{job.id}:reserve", "reserve", -1),
        (f"job:{job.id}:end", "settle", 0),
    ]
    assert at_work.desk.quota(ADA).used == 1
    assert at_work.desk.read_outbox()[-1].bell is Bell.ENDED


def test_a_failure_costs_nothing(at_work: Office) -> None:
    job = at_work.desk.fail(at_work.claim().token, "refused_picture")
    assert (job.state, job.error_code) == (JobState.FAILED, "refused_picture")
    assert at_work.entries()[-1] == (f"job:{job.id}:end", "release", 1)
    assert at_work.desk.quota(ADA).used == 0


def test_a_failure_after_midnight_pays_back_the_day_it_was_taken_from(at_work: Office) -> None:
    one_a_day = at_work.with_settings(member_limit=1)
    claim = one_a_day.claim()
    one_a_day.clock.pass_time(hours=13)
    before = one_a_day.desk.quota(ADA)
    one_a_day.desk.fail(claim.token, "out_of_memory")
    assert (before.used, one_a_day.desk.quota(ADA).used) == (0, 0)
    assert one_a_day.desk.quota(ADA).left == 1


def test_an_end_told_twice_is_one_end(at_work: Office) -> None:
    token = at_work.claim().token
    first = at_work.desk.succeed(token, RESULT)
    assert at_work.desk.succeed(token, RESULT) == first
    assert len(at_work.entries()) == 2


@pytest.mark.parametrize("other", ["succeed", "fail", "cancelled", "give_back", "heartbeat"])
def test_an_ended_job_takes_no_other_end(at_work: Office, other: str) -> None:
    token = at_work.claim().token
    ended = at_work.desk.succeed(token, RESULT)
    arguments: dict[str, tuple[object, ...]] = {
        "succeed": (picture_key(1, "other"),),
        "fail": ("late",),
        "heartbeat": (3,),
    }
    more = arguments.get(other, ())
    with pytest.raises(StaleToken):
        getattr(at_work.desk, other)(token, *more)
    assert at_work.desk.job(ended.id) == ended
    assert len(at_work.entries()) == 2


def test_a_token_that_never_was_is_stale(at_work: Office) -> None:
    with pytest.raises(StaleToken):
        at_work.desk.heartbeat(99, 1)
    with pytest.raises(StaleToken):
        at_work.desk.succeed(99, RESULT)


def test_what_a_worker_says_must_fit(at_work: Office) -> None:
    token = at_work.claim().token
    with pytest.raises(OptionInvalid):
        at_work.desk.fail(token, "x" * 41)
    with pytest.raises(OptionInvalid):
        at_work.desk.heartbeat(token, -1)
    assert at_work.desk.job(1).state is JobState.RUNNING


@pytest.mark.parametrize("key", ["", "result", picture_key(2, "result"), "1/../" + picture_key(2, "result")])
def test_a_result_that_is_not_kept_for_the_jobs_owner_is_refused(at_work: Office, key: str) -> None:
    token = at_work.claim().token
    with pytest.raises(NotOwner):
        at_work.desk.succeed(token, key)
    assert at_work.desk.job(1).state is JobState.RUNNING
    at_work.desk.succeed(token, RESULT)


def test_an_id_that_no_database_could_hold_is_a_typed_error(at_work: Office) -> None:
    with pytest.raises(OptionInvalid):
        at_work.desk.job(2**70)
    with pytest.raises(OptionInvalid):
        at_work.desk.cancel(2**70, ADA.person)


def test_a_worker_that_shuts_down_gives_its_job_back_without_an_attempt(at_work: Office) -> None:
    for _ in range(5):
        claim = at_work.claim()
        assert claim.job.attempt == 1
        given = at_work.desk.give_back(claim.token)
        assert (given.state, given.attempt, given.step) == (JobState.QUEUED, 0, 0)
    with pytest.raises(StaleToken):
        at_work.desk.heartbeat(claim.token, 1)
    assert len(at_work.entries()) == 1


def test_a_job_that_was_to_stop_is_not_given_back_but_ends(at_work: Office) -> None:
    claim = at_work.claim()
    at_work.desk.cancel(claim.job.id, ADA.person)
    assert at_work.desk.give_back(claim.token).state is JobState.CANCELLED
    assert at_work.count(jobs) == 1


def test_an_attempt_that_failed_by_our_fault_is_made_again_until_the_last_and_costs_nothing(
    at_work: Office,
) -> None:
    for attempt in (1, 2):
        job = at_work.desk.retry(at_work.claim().token, "out_of_memory")
        assert (job.state, job.attempt, job.error_code) == (JobState.QUEUED, attempt, None)
    job = at_work.desk.retry(at_work.claim().token, "out_of_memory")
    assert (job.state, job.attempt, job.error_code) == (JobState.FAILED, 3, "out_of_memory")
    assert at_work.desk.quota(ADA).used == 0


def test_a_failed_attempt_of_a_job_that_was_to_stop_is_its_end(at_work: Office) -> None:
    claim = at_work.claim()
    at_work.desk.cancel(claim.job.id, ADA.person)
    assert at_work.desk.retry(claim.token, "out_of_memory").state is JobState.CANCELLED
    with pytest.raises(StaleToken):
        at_work.desk.retry(claim.token, "out_of_memory")
