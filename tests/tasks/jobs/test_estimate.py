"""Position in the queue, and the time to wait."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.errors import UnknownJob
from tasks.records import Asker, Claim, JobState
from tests.tasks.kit import ADA, BEN, EVE, Office, result_of

MEMBERS = (ADA, BEN, EVE)


def positions_and_order(office: Office) -> tuple[dict[int, int], dict[int, int]]:
    """Of all queued jobs: what the desk says, and how they are then really claimed."""
    waiting = [job.id for job in office.desk.unfinished("discord") if job.started_at is None]
    said = {job_id: office.desk.estimate(job_id).position for job_id in waiting}
    claimed = {office.claim().job.id: place for place in range(len(waiting))}
    return said, claimed


@pytest.fixture
def crowd(office: Office) -> Office:
    office.welcome(*MEMBERS)
    return office.with_settings(running_per_member=100)


def test_the_position_counts_the_turns_that_come_before(crowd: Office) -> None:
    for asker in (ADA, ADA, ADA, BEN, BEN, EVE):
        crowd.submit(asker)
    assert [crowd.desk.estimate(job_id).position for job_id in range(1, 7)] == [0, 3, 5, 1, 4, 2]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.sampled_from(MEMBERS), max_size=6),
    served=st.integers(0, 6),
    after=st.lists(st.tuples(st.sampled_from(MEMBERS), st.integers(0, 2)), max_size=8),
)
def test_with_equal_weights_positions_are_exact(
    crowd: Office, before: list[Asker], served: int, after: list[tuple[Asker, int]]
) -> None:
    while crowd.desk.claim("clean up") is not None:
        pass
    for asker in before:
        crowd.submit(asker)
    for _ in range(min(served, len(before))):
        crowd.claim()
    for asker, priority in after:
        crowd.submit(asker, priority=priority)
    said, claimed = positions_and_order(crowd)
    assert said == claimed


def test_supporters_jobs_are_nearer(crowd: Office) -> None:
    crowd.desk.set_member(None, BEN, member_limit=None, weight=3)
    for _ in range(6):
        crowd.submit(ADA)
    for _ in range(6):
        crowd.submit(BEN)
    said, claimed = positions_and_order(crowd)
    assert said == claimed


class Workers:
    """So many workers, each of which takes the next job when its own is done; all jobs take equally long."""

    def __init__(self, office: Office, how_many: int) -> None:
        self.office = office
        self.how_many = how_many
        self.at_work: deque[Claim] = deque()
        self.started: list[int] = []

    def take_up(self) -> None:
        while len(self.at_work) < self.how_many and (claim := self.office.desk.claim("worker")) is not None:
            self.at_work.append(claim)
            self.started.append(claim.job.id)

    def one_ends(self) -> None:
        claim = self.at_work.popleft()
        self.office.desk.succeed(claim.token, result_of(claim))

    def work_until_nothing_waits(self) -> None:
        while self.at_work:
            self.one_ends()
            self.take_up()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=12),
    workers=st.integers(1, 4),
    running_per_member=st.integers(1, 3),
    weight=st.integers(1, 3),
    ended=st.integers(0, 4),
)
def test_positions_are_exact_for_several_workers_and_whatever_may_run_at_once(
    office: Office, asked: list[Asker], workers: int, running_per_member: int, weight: int, ended: int
) -> None:
    office.welcome(*MEMBERS)
    busy = office.with_settings(running_per_member=running_per_member)
    busy.desk.set_member(None, BEN, member_limit=None, weight=weight)
    team = Workers(busy, workers)
    for asker in asked:
        busy.submit(asker)
    team.take_up()
    for _ in range(min(ended, len(team.at_work))):
        team.one_ends()
        team.take_up()
    before = len(team.started)
    waiting = [job.id for job in busy.desk.jobs(state=JobState.QUEUED)]
    said = {job_id: busy.desk.estimate(job_id).position for job_id in waiting}
    team.work_until_nothing_waits()
    assert said == {job_id: team.started.index(job_id) - before for job_id in waiting}


def test_the_time_respects_how_many_workers_there_are_and_what_a_member_may_run(crowd: Office) -> None:
    one_each = crowd.with_settings(running_per_member=1)
    team = Workers(one_each, 2)
    one_each.submit(ADA, steps=10)
    team.take_up()
    crowd.clock.pass_time(seconds=20)
    team.one_ends()
    first, second, third = (one_each.submit(ADA, steps=10) for _ in range(3))
    other, late = one_each.submit(BEN, steps=10), one_each.submit(EVE, steps=10)
    team.take_up()
    assert team.started[1:] == [other.id, late.id]

    def seconds(job_id: int) -> float:
        said = one_each.desk.estimate(job_id).seconds
        assert said is not None
        return said

    # Both workers are free in 20 s, but one job of Ada's runs at a time.
    assert [seconds(job.id) for job in (first, second, third)] == [
        pytest.approx(20 + 20, abs=0.1),
        pytest.approx(20 + 40, abs=0.1),
        pytest.approx(20 + 60, abs=0.1),
    ]
    both = crowd.with_settings(running_per_member=2)
    assert both.desk.estimate(second.id).seconds == pytest.approx(20 + 20, abs=0.1)


def test_the_time_comes_from_measured_steps(crowd: Office) -> None:
    first = crowd.submit(ADA, steps=10)
    assert crowd.desk.estimate(first.id).seconds is None
    claim = crowd.claim()
    crowd.clock.pass_time(seconds=20)
    crowd.desk.succeed(claim.token, result_of(claim))
    crowd.submit(ADA, steps=10)
    claim = crowd.claim()
    behind = [crowd.submit(BEN, steps=10), crowd.submit(EVE, steps=10)]
    crowd.clock.pass_time(seconds=5)
    assert crowd.desk.estimate(claim.job.id).seconds == pytest.approx(15, abs=0.1)
    crowd.desk.heartbeat(claim.token, 4)
    assert crowd.desk.estimate(claim.job.id).seconds == pytest.approx(12, abs=0.1)
    # The rest of the running job, then those ahead, and one's own.
    assert crowd.desk.estimate(behind[0].id).seconds == pytest.approx(12 + 20, abs=0.1)
    assert crowd.desk.estimate(behind[1].id).seconds == pytest.approx(12 + 20 + 20, abs=0.1)


def test_the_measured_time_follows_the_newest_jobs_slowly(crowd: Office) -> None:
    for seconds in (10, 20):
        crowd.submit(ADA, steps=10)
        claim = crowd.claim()
        crowd.clock.pass_time(seconds=seconds)
        crowd.desk.succeed(claim.token, result_of(claim))
    job = crowd.submit(ADA, steps=10)
    assert crowd.desk.estimate(job.id).seconds == pytest.approx(12, abs=0.1)


def test_while_paused_no_time_is_promised(crowd: Office) -> None:
    crowd.make_picture(ADA)
    job = crowd.submit(ADA)
    crowd.desk.pause(None, ADA.place)
    assert crowd.desk.estimate(job.id).seconds is None
    crowd.desk.resume(None, ADA.place)
    crowd.desk.pause_all(None)
    assert crowd.desk.estimate(job.id).seconds is None


def test_an_ended_job_is_there_and_an_unknown_one_is_not(crowd: Office) -> None:
    job = crowd.make_picture(ADA)
    estimate = crowd.desk.estimate(job.id)
    assert (estimate.position, estimate.seconds) == (0, 0.0)
    with pytest.raises(UnknownJob):
        crowd.desk.estimate(99)
