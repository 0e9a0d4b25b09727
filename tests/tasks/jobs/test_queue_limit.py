"""The cap on everybody's jobs that wait."""

from __future__ import annotations

from functools import partial

import pytest

from tasks.errors import QueueFull, QuotaExceeded
from tasks.records import Asker, Submitted
from tests.tasks.kit import ADA, BEN, EVE, Office, kinds, request, together

THREADS = 8


def test_a_full_queue_refuses_and_takes_the_next_when_one_is_taken_up(office: Office) -> None:
    office.welcome(ADA, BEN, EVE)
    small = office.with_settings(queue_limit=2)
    first = small.desk.submit(ADA, request("e1"))
    small.submit(BEN)
    with pytest.raises(QueueFull) as caught:
        small.submit(EVE)
    assert (caught.value.code, caught.value.retry_at) == ("queue_full", None)
    assert small.desk.quota(EVE).used == 0
    assert small.desk.submit(ADA, request("e1")).job.id == first.job.id
    # What runs does not wait.
    small.claim()
    small.submit(EVE)


def test_members_hear_of_their_own_limit_before_the_queues(office: Office) -> None:
    office.welcome(ADA)
    small = office.with_settings(queue_limit=1, member_limit=1)
    small.submit(ADA)
    with pytest.raises(QuotaExceeded):
        small.submit(ADA)


def test_many_submits_of_a_community_against_the_queues_limit(office: Office) -> None:
    crowd = [Asker("discord", "guild", f"user {number}") for number in range(THREADS)]
    office.welcome(*crowd)
    # Everybody is known, so that nobody has to be entered first.
    for asker in crowd:
        office.desk.quota(asker)
    small = office.with_settings(queue_limit=3)
    results = together(*[partial(small.desk.submit, asker, small.request(asker)) for asker in crowd])
    assert (len(kinds(results, Submitted)), len(kinds(results, QueueFull))) == (3, THREADS - 3)


def test_submits_of_many_communities_overshoot_by_no_more_than_came_at_once(office: Office) -> None:
    crowd = [Asker("discord", f"guild {number}", "ada") for number in range(THREADS)]
    office.welcome(ADA)
    small = office.with_settings(queue_limit=3)
    for _ in range(3):
        together(*[partial(small.desk.submit, asker, small.request(asker)) for asker in crowd])
    assert 3 <= small.desk.queue().queued <= 3 + THREADS - 1
    with pytest.raises(QueueFull):
        small.submit(ADA)
