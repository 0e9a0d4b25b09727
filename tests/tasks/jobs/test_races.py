"""Real threads at the same moment; each test is named for the race that it holds shut."""

from __future__ import annotations

from functools import partial

import pytest

from tasks.db.work import jobs
from tasks.errors import PoolExhausted, QuotaExceeded, StaleToken, TooManyJobs, WrongState
from tasks.records import Asker, Claim, Job, JobState, Submitted, Swept
from tests.tasks.kit import ADA, BEN, EVE, RESULT, Office, kinds, picture_key, request, result_of, together

THREADS = 8


@pytest.mark.parametrize("limit", [1, 3])
def test_many_submits_against_a_limit_are_accepted_exactly_that_often(office: Office, limit: int) -> None:
    office.welcome(ADA)
    narrow = office.with_settings(member_limit=limit)
    results = together(*[partial(narrow.desk.submit, ADA, request()) for _ in range(THREADS)])
    assert len(kinds(results, Submitted)) == limit
    assert len(kinds(results, QuotaExceeded)) == THREADS - limit
    assert narrow.desk.quota(ADA).left == 0
    assert office.count(jobs) == limit


def test_many_members_submits_against_a_pool_are_accepted_exactly_that_often(office: Office) -> None:
    crowd = [Asker("discord", "guild", f"user {number}") for number in range(THREADS)]
    office.welcome(*crowd)
    office.desk.configure(None, ADA.place, {"pool_limit": 3})
    results = together(*[partial(office.desk.submit, asker, office.request(asker)) for asker in crowd])
    assert len(kinds(results, Submitted)) == 3
    assert len(kinds(results, PoolExhausted)) == THREADS - 3


def test_many_submits_against_jobs_at_once(office: Office) -> None:
    office.welcome(ADA)
    strict = office.with_settings(jobs_at_once=2)
    results = together(*[partial(strict.desk.submit, ADA, request()) for _ in range(THREADS)])
    assert (len(kinds(results, Submitted)), len(kinds(results, TooManyJobs))) == (2, THREADS - 2)


def test_a_bonus_is_not_spent_twice(office: Office) -> None:
    office.welcome(ADA)
    poor = office.with_settings(member_limit=0)
    poor.desk.grant(None, ADA, 2, "gift")
    results = together(*[partial(poor.desk.submit, ADA, request()) for _ in range(THREADS)])
    assert len(kinds(results, Submitted)) == 2
    assert poor.desk.quota(ADA).bonus == 0


def test_one_event_submitted_by_many_threads_is_one_job(office: Office) -> None:
    office.welcome(ADA)
    event = request("the same")
    results = together(*[partial(office.desk.submit, ADA, event) for _ in range(THREADS)])
    assert {result.job.id for result in results} == {1}
    assert [result.repeated for result in results].count(False) == 1
    assert len(office.entries()) == 1


def test_one_new_members_first_events_at_once_make_one_account(office: Office) -> None:
    results = together(*[partial(office.desk.give_consent, ADA.person) for _ in range(THREADS)])
    assert results == [None] * THREADS
    results = together(*[partial(office.desk.submit, ADA, office.request(ADA)) for _ in range(THREADS)])
    assert len(kinds(results, Submitted)) == THREADS


def test_one_grant_sent_by_many_threads_is_given_once(office: Office) -> None:
    office.welcome(ADA)
    office.desk.quota(ADA)
    results = together(*[partial(office.desk.grant, None, ADA, 5, "the same") for _ in range(THREADS)])
    assert len(set(results)) == 1
    assert office.desk.quota(ADA).bonus == 5


def test_many_workers_claim_each_job_once(office: Office) -> None:
    office.welcome(ADA, BEN, EVE)
    busy = office.with_settings(running_per_member=100)
    for asker in (ADA, ADA, BEN, EVE, EVE):
        busy.submit(asker)
    results = together(*[partial(busy.desk.claim, f"worker {number}") for number in range(THREADS)])
    claims = kinds(results, Claim)
    assert sorted(claim.job.id for claim in claims) == [1, 2, 3, 4, 5]
    assert len({claim.token for claim in claims}) == 5


def test_two_workers_never_run_more_of_a_member_than_may(office: Office) -> None:
    office.welcome(ADA)
    for _ in range(5):
        office.submit(ADA)
    results = together(*[partial(office.desk.claim, f"worker {number}") for number in range(THREADS)])
    assert len(kinds(results, Claim)) == 1


def test_cancel_against_claim_leaves_one_of_them(office: Office) -> None:
    office.welcome(ADA)
    for _ in range(6):
        job = office.submit(ADA)
        _, claim = together(
            partial(office.desk.cancel, job.id, ADA.person), partial(office.desk.claim, "worker")
        )
        state = office.desk.job(job.id).state
        if claim is None:
            assert state is JobState.CANCELLED
        else:
            assert state is JobState.RUNNING
            assert office.desk.heartbeat(claim.token, 1).cancel
            office.desk.cancelled(claim.token)
    assert office.desk.quota(ADA).used == 0


def test_cancel_against_succeed_is_one_end_and_one_charge(office: Office) -> None:
    office.welcome(ADA)
    for _ in range(6):
        job = office.submit(ADA)
        token = office.claim().token
        cancelled, done = together(
            partial(office.desk.cancel, job.id, ADA.person), partial(office.desk.succeed, token, RESULT)
        )
        assert isinstance(cancelled, Job | WrongState)
        assert done.state is JobState.SUCCEEDED
    assert office.desk.quota(ADA).used == 6
    assert len(office.entries()) == 12


def test_sweep_against_succeed_is_a_picture_or_another_attempt_and_never_both(office: Office) -> None:
    office.welcome(ADA)
    pictures = 0
    for _ in range(6):
        job = office.submit(ADA)
        token = office.claim().token
        office.clock.pass_time(seconds=61)
        done, swept = together(partial(office.desk.succeed, token, RESULT), office.desk.sweep)
        state = office.desk.job(job.id).state
        if state is JobState.SUCCEEDED:
            assert job.id not in swept.requeued
            pictures += 1
        else:
            assert (state, swept.requeued) == (JobState.QUEUED, (job.id,))
            assert isinstance(done, StaleToken)
            office.desk.cancel(job.id, ADA.person)
    assert office.desk.quota(ADA).used == pictures
    assert len(office.entries()) == 12


def test_many_sweepers_take_a_job_back_once(office: Office) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    office.claim()
    office.clock.pass_time(seconds=61)
    results = kinds(together(*[office.desk.sweep] * THREADS), Swept)
    assert [result.requeued for result in results if result.requeued] == [(1,)]
    assert office.desk.job(1).attempt == 1


def test_many_ends_of_one_job_are_one_end(office: Office) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    token = office.claim().token
    ends = [
        partial(office.desk.succeed, token, picture_key(1, "one")),
        partial(office.desk.succeed, token, picture_key(1, "two")),
        partial(office.desk.fail, token, "oops"),
        partial(office.desk.cancelled, token),
        partial(office.desk.give_back, token),
    ]
    results = together(*ends)
    assert len(kinds(results, Job)) == 1
    assert len(kinds(results, StaleToken)) == len(ends) - 1
    assert len(office.entries()) in (1, 2)


def test_pause_against_submit_lets_nothing_start_in_a_paused_community(office: Office) -> None:
    office.welcome(ADA, BEN, EVE)
    together(
        *[partial(office.desk.submit, asker, office.request(asker)) for asker in (ADA, BEN, EVE)],
        partial(office.desk.pause, None, ADA.place),
    )
    assert office.desk.claim("worker") is None


def test_everything_at_once_ends_without_anybody_waiting_in_a_circle(office: Office) -> None:
    office.welcome(ADA, BEN, EVE)
    busy = office.with_settings(running_per_member=2)

    def member(asker: Asker) -> None:
        for number in range(5):
            job = busy.submit(asker)
            if number % 2:
                busy.desk.cancel(job.id, asker.person)

    def worker(name: str) -> None:
        for _ in range(12):
            if (claim := busy.desk.claim(name)) is not None:
                busy.desk.heartbeat(claim.token, 1)
                busy.desk.succeed(claim.token, result_of(claim))

    def moderator() -> None:
        for _ in range(3):
            busy.desk.pause(None, ADA.place)
            busy.desk.resume(None, ADA.place)
            busy.desk.sweep()

    calls = [partial(member, asker) for asker in (ADA, BEN, EVE)]
    results = together(*calls, partial(worker, "one"), partial(worker, "two"), moderator)
    # A pause shuts members out, and a picture may be there before its member cancels it.
    expected = {"community_paused", "wrong_state"}
    assert not [result for result in results if result is not None and result.code not in expected]
    while (claim := busy.desk.claim("last")) is not None:
        busy.desk.succeed(claim.token, result_of(claim))
    for asker in (ADA, BEN, EVE):
        states = [job.state for job in busy.desk.history(asker.person)]
        assert set(states) <= {JobState.SUCCEEDED, JobState.CANCELLED}
        assert busy.desk.quota(asker).used == states.count(JobState.SUCCEEDED)
