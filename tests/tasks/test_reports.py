"""What moderators and the operator read at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tasks.errors import UnknownPerson, WrongState
from tasks.records import Asker, JobState, Person, Place
from tasks.reports import Ban, Membership, RoleAllowance
from tests.tasks.kit import ADA, BEN, EVE, NOON, Office, result_of

MOD = Person("discord", "moderator")
ELSEWHERE = Asker("discord", "other guild", "ada")


def test_bans_are_listed_with_whom_where_until_when_by_whom_and_why(office: Office) -> None:
    until = NOON + timedelta(days=1)
    office.desk.ban(MOD, ADA.person, ADA.place, until, "spam")
    office.desk.ban(None, BEN.person, None)
    general, here = office.desk.bans()
    assert here == Ban(1, ADA.person, ADA.place, here.at, until, MOD, "spam", True)
    assert (general.person, general.place, general.until, general.by) == (BEN.person, None, None, None)
    assert office.desk.bans(ADA.place) == [here]
    assert office.desk.bans(person=BEN.person) == [general]
    assert office.desk.bans(before_id=2) == [here]
    assert office.desk.bans(Place("discord", "unknown")) == office.desk.bans(person=EVE.person) == []


def test_bans_that_are_over_are_listed_only_if_asked_for(office: Office) -> None:
    office.desk.ban(MOD, ADA.person, None, NOON + timedelta(days=1))
    office.desk.ban(MOD, BEN.person, None)
    office.desk.unban(MOD, BEN.person, None)
    office.clock.pass_time(days=2)
    assert office.desk.bans() == []
    assert [one.in_force for one in office.desk.bans(only_in_force=False)] == [False, False]


def test_a_forgotten_persons_ban_is_listed_without_a_name(office: Office) -> None:
    office.desk.ban(MOD, ADA.person, None)
    office.desk.forget(ADA.person)
    office.desk.forget(MOD)
    (one,) = office.desk.bans()
    assert (one.person, one.by, one.in_force) == (None, None, True)


def test_jobs_of_everybody_by_state_place_and_person(office: Office) -> None:
    office.welcome(ADA, BEN)
    made, here, there, bens = (
        office.make_picture(ADA),
        office.submit(ADA),
        office.submit(ELSEWHERE),
        office.submit(BEN),
    )

    def ids(**narrowed: object) -> list[int]:
        return [job.id for job in office.desk.jobs(**narrowed)]  # type: ignore[arg-type]

    assert ids() == [bens.id, there.id, here.id, made.id]
    assert ids(state=JobState.SUCCEEDED) == [made.id]
    assert ids(place=ELSEWHERE.place) == [there.id]
    assert ids(person=ADA.person, state=JobState.QUEUED) == [there.id, here.id]
    assert ids(person=EVE.person) == ids(place=Place("telegram", "guild")) == []
    assert ids(limit=1, before_id=bens.id) == [there.id]


def test_a_community_shows_what_it_has_set(office: Office) -> None:
    assert office.desk.community(ADA.place) is None
    office.desk.quota(ADA)
    office.desk.configure(MOD, ADA.place, {"member_limit": 5, "settings": {"language": "tr"}})
    office.desk.set_role(MOD, ADA.place, "patron", member_limit=None, weight=3)
    office.desk.pause(MOD, ADA.place)
    found = office.desk.community(ADA.place)
    assert found is not None
    assert (found.member_limit, found.pool_limit, found.allowed, found.paused) == (5, None, None, True)
    assert (found.settings, found.members) == ({"language": "tr"}, 1)
    assert found.roles == (RoleAllowance("patron", None, 3),)


def test_a_person_is_shown_with_what_is_kept(office: Office) -> None:
    with pytest.raises(UnknownPerson):
        office.desk.person(ADA.person)
    office.welcome(ADA)
    office.desk.set_member(MOD, ADA, member_limit=5)
    office.make_picture(ADA)
    office.submit(ELSEWHERE)
    known = office.desk.person(ADA.person)
    assert (known.names, known.consents) == ((ADA.person,), ("1",))
    assert known.memberships == (Membership(ADA.place, 5, None), Membership(ELSEWHERE.place, None, None))
    assert known.rows == {"jobs": 2, "ledger": 3}


def test_the_queue_says_how_it_is_doing(office: Office) -> None:
    office.welcome(ADA, BEN)
    first = office.submit(ADA)
    office.submit(ADA)
    office.submit(BEN)
    office.desk.pause(None, BEN.place)
    office.desk.resume(None, BEN.place)
    office.desk.pause(None, ELSEWHERE.place)
    status = office.desk.queue()
    assert (status.queued, status.running, status.workers, status.undelivered) == (3, 0, 0, 0)
    assert (status.oldest, status.paused, status.paused_places) == (
        first.submitted_at,
        False,
        (ELSEWHERE.place,),
    )
    claim = office.claim()
    office.claim()
    office.desk.pause_all(None)
    status = office.desk.queue()
    assert (status.queued, status.running, status.workers, status.paused) == (1, 2, 1, True)
    office.desk.succeed(claim.token, result_of(claim))
    assert office.desk.queue().undelivered == 1


def test_a_job_that_goes_on_is_cancelled_by_a_moderator_and_one_that_ended_is_not(office: Office) -> None:
    office.welcome(ADA)
    job = office.submit(ADA)
    audit_id = office.desk.cancel_job(MOD, job.id, "abuse")
    (row,) = office.desk.audit(None, target=f"job:{job.id}")
    assert (row.id, row.actor, row.subject, row.place) == (audit_id, MOD, ADA.person, ADA.place)
    with pytest.raises(WrongState):
        office.desk.cancel_job(MOD, job.id)
    assert len(office.desk.audit(None)) == 1


def test_the_audit_tells_the_operator_from_somebody_forgotten(office: Office) -> None:
    office.desk.pause_all(None)
    office.desk.resume_all(MOD)
    assert [(row.actor, row.by_operator) for row in office.desk.audit(None)] == [(MOD, False), (None, True)]
    # Named as on another platform, the moderator has no name.
    assert office.desk.audit("telegram")[0].actor is None
    office.desk.forget(MOD)
    assert [(row.actor, row.by_operator) for row in office.desk.audit(None)] == [(None, False), (None, True)]
