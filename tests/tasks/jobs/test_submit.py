"""Asking for a picture: what is written, what is refused, and what a repeated event does."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tasks.db.people import accounts
from tasks.db.work import jobs, ledger, outbox
from tasks.errors import (
    Banned,
    BannedHere,
    CommunityNotAllowed,
    CommunityPaused,
    ConsentMissing,
    Cooldown,
    NotOwner,
    OptionInvalid,
    PoolExhausted,
    QuotaExceeded,
    Refused,
    TooManyJobs,
    UnknownJob,
)
from tasks.records import Asker, Bell, Control, JobState, Window
from tests.tasks.kit import ADA, BEN, NOON, RESULT, Office, picture_key, request, together


def test_a_job_is_written_with_its_reservation_and_its_bell(office: Office) -> None:
    office.welcome(ADA)
    asked = request(options={"seed": 7}, address={"channel": "1"}, priority=3)
    submitted = office.desk.submit(ADA, asked)
    assert not submitted.repeated
    assert office.desk.job(submitted.job.id) == submitted.job
    assert submitted.job.request == asked
    assert submitted.job.state is JobState.QUEUED
    assert office.entries() == [(f"job:{submitted.job.id}:reserve", "reserve", -1)]
    (row,) = office.desk.read_outbox()
    assert (row.bell, row.job_id) == (Bell.QUEUED, submitted.job.id)


def test_a_repeated_event_is_the_same_job_whatever_holds_by_then(office: Office) -> None:
    office.welcome(ADA)
    first = office.desk.submit(ADA, request("e1"))
    office.desk.ban(None, ADA.person, None)
    again = office.desk.submit(ADA, request("e1"))
    assert (again.job.id, again.repeated) == (first.job.id, True)
    assert (again.job.state, office.count(jobs)) == (JobState.CANCELLED, 1)


def test_the_same_event_id_on_another_platform_is_another_job(office: Office) -> None:
    telegram = Asker("telegram", "group", "ada")
    office.welcome(ADA, telegram)
    one = office.desk.submit(ADA, request("e1"))
    two = office.desk.submit(telegram, office.request(telegram, "e1"))
    assert one.job.id != two.job.id


def test_a_stranger_is_asked_for_consent_and_nothing_is_written_about_them(office: Office) -> None:
    with pytest.raises(ConsentMissing):
        office.desk.submit(ADA, request())
    assert [office.count(table) for table in (jobs, ledger, outbox)] == [0, 0, 0]


def test_a_new_version_of_the_terms_asks_again(office: Office) -> None:
    office.welcome(ADA)
    newer = office.with_settings(consent_version="2")
    with pytest.raises(ConsentMissing):
        newer.submit(ADA)
    newer.welcome(ADA)
    newer.submit(ADA)


def test_the_gates_refuse_in_their_order_each_with_its_own_error(office: Office) -> None:
    strict = office.with_settings(jobs_at_once=1, cooldown_seconds=60, member_limit=1, communities_open=False)
    strict.desk.allow(None, ADA.place, True)
    office.welcome(ADA)
    strict.submit(ADA)
    # Everything is wrong at once; setting one thing right after the other shows the next gate.
    strict.desk.ban(None, ADA.person, None)
    strict.desk.ban(None, ADA.person, ADA.place)
    strict.desk.revoke_consent(ADA.person)
    strict.desk.allow(None, ADA.place, False)
    strict.desk.pause(None, ADA.place)

    def refusal() -> type[Refused]:
        with pytest.raises(Refused) as caught:
            strict.submit(ADA)
        return caught.type

    assert refusal() is Banned
    strict.desk.unban(None, ADA.person, None)
    assert refusal() is BannedHere
    strict.desk.unban(None, ADA.person, ADA.place)
    assert refusal() is ConsentMissing
    strict.welcome(ADA)
    assert refusal() is CommunityNotAllowed
    strict.desk.allow(None, ADA.place, True)
    assert refusal() is CommunityPaused
    strict.desk.resume(None, ADA.place)
    # Her first job was cancelled by the ban, and is paid back; the wait between two requests stays.
    assert refusal() is Cooldown
    strict.clock.pass_time(seconds=60)
    strict.submit(ADA)
    assert refusal() is TooManyJobs
    strict.desk.succeed(strict.claim().token, RESULT)
    assert refusal() is Cooldown
    strict.clock.pass_time(seconds=60)
    assert refusal() is QuotaExceeded


def test_a_cooldown_says_when_it_is_over(office: Office) -> None:
    office.welcome(ADA)
    office.desk.configure(None, ADA.place, {"cooldown_seconds": 90})
    asked_at = office.submit(ADA).submitted_at
    with pytest.raises(Cooldown) as caught:
        office.submit(ADA)
    assert caught.value.retry_at == asked_at + timedelta(seconds=90)


def test_a_ban_until_a_time_says_so_and_ends_then(office: Office) -> None:
    office.welcome(ADA)
    office.desk.ban(None, ADA.person, ADA.place, until=NOON + timedelta(days=2))
    with pytest.raises(BannedHere) as caught:
        office.submit(ADA)
    assert caught.value.retry_at == NOON + timedelta(days=2)
    office.clock.pass_time(days=2)
    office.submit(ADA)


def test_a_ban_for_good_has_no_end_and_binds_only_where_it_was_given(office: Office) -> None:
    elsewhere = Asker("discord", "other guild", "ada")
    office.welcome(ADA)
    office.desk.ban(None, ADA.person, ADA.place)
    with pytest.raises(BannedHere) as caught:
        office.submit(ADA)
    assert caught.value.retry_at is None
    office.submit(elsewhere)


def test_a_used_up_day_says_when_the_next_one_begins_in_the_communitys_time_zone(office: Office) -> None:
    office.welcome(ADA)
    office.desk.configure(None, ADA.place, {"time_zone": "Europe/Istanbul", "member_limit": 1})
    office.submit(ADA)
    with pytest.raises(QuotaExceeded) as caught:
        office.submit(ADA)
    midnight = NOON.replace(hour=21)  # three hours ahead of UTC
    assert caught.value.retry_at == midnight
    office.clock.now = midnight
    office.submit(ADA)


def test_a_used_up_rolling_window_frees_a_picture_a_day_after_the_oldest(office: Office) -> None:
    office.welcome(ADA)
    office.desk.configure(None, ADA.place, {"quota_window": Window.ROLLING, "member_limit": 2})
    first = office.submit(ADA).submitted_at
    office.clock.pass_time(hours=3)
    office.submit(ADA)
    with pytest.raises(QuotaExceeded) as caught:
        office.submit(ADA)
    assert caught.value.retry_at == first + timedelta(hours=24)
    office.clock.now = first + timedelta(hours=24)
    office.submit(ADA)


def test_a_limit_of_nothing_has_no_time_to_come_again(office: Office) -> None:
    office.welcome(ADA)
    office.desk.configure(None, ADA.place, {"member_limit": 0})
    with pytest.raises(QuotaExceeded) as caught:
        office.submit(ADA)
    assert caught.value.retry_at is None


def test_the_pool_caps_what_all_members_take_together(office: Office) -> None:
    office.welcome(ADA, BEN)
    office.desk.configure(None, ADA.place, {"pool_limit": 3})
    office.desk.grant(None, BEN, 5, "gift")
    for asker in (ADA, BEN, ADA):
        office.submit(asker)
    for asker in (ADA, BEN):
        with pytest.raises(PoolExhausted):
            office.submit(asker)


def test_a_parent_must_be_a_job_of_the_same_member(office: Office) -> None:
    office.welcome(ADA, BEN)
    parent = office.make_picture(ADA)
    child = office.submit(ADA, parent_id=parent.id)
    assert child.request.parent_id == parent.id
    with pytest.raises(UnknownJob):
        office.submit(BEN, parent_id=parent.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"request_id": "x" * 301},
        {"model": ""},
        {"source_key": "x" * 301},
        {"garment_type": None},
        {"garment_type": "hat"},
        {"control": Control.POSE},
        {"steps": 0},
        {"priority": 10},
    ],
)
def test_a_request_out_of_range_is_refused_before_it_is_asked(wrong: dict[str, object]) -> None:
    with pytest.raises(OptionInvalid):
        request(**wrong)  # type: ignore[arg-type]


def test_somebody_elses_event_is_not_shown(office: Office) -> None:
    office.welcome(ADA, BEN)
    office.submit(ADA, request_id="hers")
    with pytest.raises(NotOwner):
        office.submit(BEN, request_id="hers")


@pytest.mark.parametrize("which", ["source_key", "reference_key"])
@pytest.mark.parametrize("key", [picture_key(2, "ben's photo"), "1/../" + picture_key(2, "x"), "photo.jpg"])
def test_a_picture_that_is_not_the_askers_own_is_refused(office: Office, which: str, key: str) -> None:
    office.welcome(ADA, BEN)
    with pytest.raises(NotOwner):
        office.submit(ADA, **{which: key})
    assert [office.count(table) for table in (jobs, ledger, outbox)] == [0, 0, 0]


def test_a_persons_pictures_are_theirs_in_every_community(office: Office) -> None:
    account_id = office.desk.account(ADA.person)
    assert office.desk.account(ADA.person) == account_id
    assert office.desk.account(BEN.person) != account_id
    office.welcome(ADA)
    elsewhere = Asker("discord", "another guild", "ada")
    assert office.submit(elsewhere).request.source_key.startswith(f"{account_id}/")


def test_somebody_new_has_one_account_however_often_it_is_asked_for_at_once(office: Office) -> None:
    results = together(*[partial(office.desk.account, ADA.person)] * 8)
    assert len(set(results)) == 1
    assert office.count(accounts) == 2
