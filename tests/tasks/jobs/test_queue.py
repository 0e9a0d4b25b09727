"""The fair queue: who is served next."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from tasks.records import Asker, JobState
from tests.tasks.kit import ADA, BEN, EVE, Office, result_of


@pytest.fixture
def crowd(office: Office) -> Office:
    """Three members in a room where one member's jobs may all run at once."""
    office.welcome(ADA, BEN, EVE)
    return office.with_settings(running_per_member=100)


def test_an_empty_queue_gives_nothing(office: Office) -> None:
    assert office.desk.claim("worker") is None


def test_a_claim_hands_out_the_job_with_a_token_a_lease_and_its_attempt(office: Office) -> None:
    office.welcome(ADA)
    job = office.submit(ADA)
    claim = office.claim()
    assert (claim.job.id, claim.job.state, claim.job.attempt) == (job.id, JobState.RUNNING, 1)
    assert claim.token == 1
    assert (claim.lease_until - office.clock.now).total_seconds() == pytest.approx(60, abs=0.1)
    assert office.desk.claim("worker") is None


def test_members_take_turns_however_many_jobs_one_of_them_has(crowd: Office) -> None:
    for _ in range(4):
        crowd.submit(ADA)
    for asker in (BEN, BEN, EVE):
        crowd.submit(asker)
    assert crowd.served(7) == ["ada", "ben", "eve", "ada", "ben", "ada", "ada"]


def test_who_was_served_longest_ago_comes_before_who_waits_longer(crowd: Office) -> None:
    crowd.submit(ADA)
    crowd.submit(ADA)
    assert crowd.served(1) == ["ada"]
    crowd.submit(BEN)
    assert crowd.served(2) == ["ben", "ada"]


def test_somebody_who_was_away_gets_no_credit_for_it(crowd: Office) -> None:
    crowd.submit(BEN)
    assert crowd.served(1) == ["ben"]
    for _ in range(10):
        crowd.submit(ADA)
    assert crowd.served(5) == ["ada"] * 5
    for _ in range(5):
        crowd.submit(BEN)
    assert crowd.served(4) == ["ben", "ada", "ben", "ada"]


def test_a_members_own_priority_comes_first_and_moves_nobody_elses_job(crowd: Office) -> None:
    low = crowd.submit(ADA, priority=0)
    high = crowd.submit(ADA, priority=9)
    same = crowd.submit(ADA, priority=9)
    crowd.submit(BEN, priority=0)
    ids = [crowd.claim().job for _ in range(4)]
    assert [job.id for job in ids if job.asker.user == "ada"] == [high.id, same.id, low.id]
    assert [job.asker.user for job in ids] == ["ada", "ben", "ada", "ada"]


def test_a_supporter_is_served_as_often_as_their_weight_says_and_others_still_are(crowd: Office) -> None:
    crowd.desk.set_member(None, ADA, member_limit=None, weight=3)
    for asker in (ADA, BEN, EVE):
        for _ in range(30):
            crowd.submit(asker)
    served = crowd.served(50)
    assert Counter(served) == {"ada": 30, "ben": 10, "eve": 10}
    # Nobody waits longer than one round of all weights.
    for user in ("ben", "eve"):
        turns = [turn for turn, name in enumerate(served) if name == user]
        assert max(later - turn for turn, later in pairwise(turns)) <= 6


def test_a_roles_weight_counts_from_the_next_request_on(crowd: Office) -> None:
    crowd.desk.set_role(None, ADA.place, "patron", member_limit=None, weight=2)
    patron = Asker("discord", "guild", "ada", roles=("newcomer", "patron"))
    for _ in range(8):
        crowd.submit(patron)
        crowd.submit(BEN)
    assert Counter(crowd.served(6)) == {"ada": 4, "ben": 2}


def test_one_members_jobs_do_not_fill_all_workers(office: Office) -> None:
    office.welcome(ADA, BEN)
    two = office.with_settings(running_per_member=2)
    for _ in range(4):
        two.submit(ADA)
    first, second = two.claim(), two.claim()
    assert two.desk.claim("worker") is None
    two.submit(BEN)
    assert two.claim().job.asker.user == "ben"
    two.desk.succeed(first.token, result_of(first))
    assert two.claim().job.asker.user == "ada"
    two.desk.fail(second.token, "out_of_memory")
    assert two.claim().job.asker.user == "ada"


def test_a_paused_communitys_jobs_wait_while_others_are_served(crowd: Office) -> None:
    neighbour = Asker("discord", "other guild", "zoe")
    crowd.welcome(neighbour)
    crowd.submit(ADA)
    crowd.submit(neighbour)
    crowd.desk.pause(None, ADA.place)
    assert crowd.served(1) == ["zoe"]
    assert crowd.desk.claim("worker") is None
    crowd.desk.resume(None, ADA.place)
    assert crowd.served(1) == ["ada"]


def test_the_operators_pause_lets_jobs_in_and_none_out(crowd: Office) -> None:
    crowd.desk.pause_all(None)
    crowd.submit(ADA)
    assert crowd.desk.claim("worker") is None
    crowd.desk.resume_all(None)
    assert crowd.served(1) == ["ada"]


def test_tokens_only_grow(crowd: Office) -> None:
    for asker in (ADA, BEN, EVE):
        crowd.submit(asker)
    tokens = []
    for _ in range(3):
        claim = crowd.claim()
        tokens.append(claim.token)
        crowd.desk.give_back(claim.token)
    assert tokens == sorted(set(tokens))
