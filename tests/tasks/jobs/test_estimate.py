"""Position in the queue, and the time to wait."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.errors import UnknownJob
from tasks.records import Asker
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
    # Half of the running job is taken to be left; then come those ahead, and one's own.
    assert crowd.desk.estimate(behind[0].id).seconds == pytest.approx(10 + 20, abs=0.1)
    assert crowd.desk.estimate(behind[1].id).seconds == pytest.approx(10 + 20 + 20, abs=0.1)


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
