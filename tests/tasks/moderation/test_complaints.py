"""Reported pictures and appeals: who may, what moderators decide, and what is left when somebody goes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from tasks.db.complaints import appeals, reports
from tasks.db.engine import reading
from tasks.errors import (
    AppealDecided,
    AppealStands,
    NotToAppeal,
    OptionInvalid,
    OwnPicture,
    TooManyReports,
    UnknownJob,
    WrongState,
)
from tasks.moderation.complaints import MOST_OPEN
from tasks.records import Job, Person
from tests.tasks.kit import ADA, BEN, EVE, Office, kinds, together

MOD = Person("discord", "moderator")
OTHER_MOD = Person("discord", "another moderator")


@pytest.fixture
def made(office: Office) -> Job:
    """Ada's picture."""
    office.welcome(ADA)
    return office.make_picture(ADA)


def removed(office: Office, job: Job) -> None:
    office.desk.report(BEN.person, job.id, "that is not her")
    office.desk.decide_reports(MOD, job.id, remove=True)


def test_reports_wait_for_moderators_the_oldest_picture_first(office: Office, made: Job) -> None:
    second = office.make_picture(ADA)
    office.desk.report(BEN.person, made.id, "that is not her")
    office.desk.report(BEN.person, second.id, "ugly")
    office.desk.report(EVE.person, made.id, "that is me")
    waiting = office.desk.reported_jobs(ADA.place)
    assert [(one.job.id, one.reasons) for one in waiting] == [
        (made.id, ("that is not her", "that is me")),
        (second.id, ("ugly",)),
    ]
    assert waiting[0].since - office.clock.now < timedelta(seconds=1)


def test_the_same_person_reports_a_picture_once_until_it_is_decided(office: Office, made: Job) -> None:
    first = office.desk.report(BEN.person, made.id, "no")
    assert office.desk.report(BEN.person, made.id, "no!").repeated
    office.desk.decide_reports(MOD, made.id, remove=False)
    again = office.desk.report(BEN.person, made.id, "no!!")
    assert (again.repeated, again.id != first.id) == (False, True)


def test_one_person_pressing_at_the_same_moment_files_one_report(office: Office, made: Job) -> None:
    office.desk.account(BEN.person)
    filed = together(*[partial(office.desk.report, BEN.person, made.id, "no")] * 4)
    assert len({one.id for one in filed}) == 1
    assert office.count(reports) == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_report_says_why_in_a_few_words(office: Office, made: Job, reason: str) -> None:
    with pytest.raises(OptionInvalid):
        office.desk.report(BEN.person, made.id, reason)


def test_what_cannot_be_reported(office: Office, made: Job) -> None:
    with pytest.raises(OwnPicture):
        office.desk.report(ADA.person, made.id, "oops")
    with pytest.raises(UnknownJob):
        office.desk.report(BEN.person, made.id + 9, "?")
    waits = office.submit(ADA)
    with pytest.raises(WrongState):
        office.desk.report(BEN.person, waits.id, "?")
    office.desk.remove_job(ADA.person, made.id)
    with pytest.raises(WrongState):
        office.desk.report(BEN.person, made.id, "?")


def test_nobody_floods_the_moderators(office: Office) -> None:
    office.welcome(ADA)
    jobs = [office.make_picture(ADA) for _ in range(MOST_OPEN + 1)]
    for job in jobs[:-1]:
        office.desk.report(BEN.person, job.id, "no")
    with pytest.raises(TooManyReports):
        office.desk.report(BEN.person, jobs[-1].id, "no")


def test_removing_takes_the_picture_and_closes_every_report_of_it(office: Office, made: Job) -> None:
    office.desk.report(BEN.person, made.id, "no")
    office.desk.report(EVE.person, made.id, "never")
    act, key = office.desk.decide_reports(MOD, made.id, remove=True)
    assert key == made.result_key
    assert office.desk.job(made.id).error_code == "removed"
    assert not office.desk.reported_jobs(ADA.place)
    newest, removal = office.desk.audit("discord", ADA.place, limit=2)
    assert (newest.id, newest.action, newest.actor, newest.subject) == (
        act,
        "report_removed",
        MOD,
        ADA.person,
    )
    assert removal.action == "remove"
    with pytest.raises(WrongState):
        office.desk.decide_reports(OTHER_MOD, made.id, remove=False)


def test_dismissing_leaves_the_picture(office: Office, made: Job) -> None:
    office.desk.report(BEN.person, made.id, "no")
    _, key = office.desk.decide_reports(MOD, made.id, remove=False)
    assert key is None
    assert office.desk.job(made.id).result_key == made.result_key
    assert office.desk.audit("discord", limit=1)[0].action == "report_dismissed"


def test_a_picture_removed_without_the_queue_leaves_it(office: Office, made: Job) -> None:
    office.desk.report(BEN.person, made.id, "no")
    office.desk.remove_job(MOD, made.id)
    assert not office.desk.reported_jobs(ADA.place)


def test_two_moderators_at_once_decide_once(office: Office, made: Job) -> None:
    office.desk.report(BEN.person, made.id, "no")
    office.desk.account(MOD)
    decide = office.desk.decide_reports
    results = together(*[partial(decide, MOD, made.id, remove=flag) for flag in (True, False) * 2])
    assert len(kinds(results, WrongState)) == 3


def test_the_owner_appeals_once_and_only_against_a_moderator(office: Office, made: Job) -> None:
    assert not office.desk.may_appeal(ADA.person, made.id)
    removed(office, made)
    with pytest.raises(NotToAppeal):
        office.desk.appeal(BEN.person, made.id, "it is mine")
    assert office.desk.may_appeal(ADA.person, made.id)
    number = office.desk.appeal(ADA.person, made.id, "it is me, ask my mother")
    (waiting,) = office.desk.open_appeals(ADA.place)
    assert (waiting.id, waiting.job.id, waiting.text) == (number, made.id, "it is me, ask my mother")
    assert not waiting.banned
    assert not office.desk.may_appeal(ADA.person, made.id)
    with pytest.raises(AppealStands):
        office.desk.appeal(ADA.person, made.id, "please")
    office.desk.decide_appeal(OTHER_MOD, number, granted=False)
    with pytest.raises(AppealDecided):
        office.desk.appeal(ADA.person, made.id, "please")
    own = office.make_picture(ADA)
    office.desk.remove_job(ADA.person, own.id)
    with pytest.raises(NotToAppeal):
        office.desk.appeal(ADA.person, own.id, "I was too quick")


def test_an_owner_pressing_at_the_same_moment_appeals_once(office: Office, made: Job) -> None:
    removed(office, made)
    results = together(*[partial(office.desk.appeal, ADA.person, made.id, "it is me")] * 4)
    assert len(kinds(results, AppealStands)) == 3
    assert office.count(appeals) == 1


def test_an_appeal_that_is_granted_gives_a_picture_back_once(office: Office, made: Job) -> None:
    removed(office, made)
    number = office.desk.appeal(ADA.person, made.id, "it is me")
    left = office.desk.quota(ADA).left
    act = office.desk.decide_appeal(OTHER_MOD, number, granted=True)
    assert office.desk.quota(ADA).left == left + 1
    row = office.desk.audit("discord", limit=1)[0]
    assert (row.id, row.action, row.actor) == (act, "appeal_granted", OTHER_MOD)
    assert not office.desk.open_appeals(ADA.place)
    with pytest.raises(WrongState):
        office.desk.decide_appeal(MOD, number, granted=True)
    assert office.desk.quota(ADA).left == left + 1


def test_an_appeal_that_is_upheld_changes_nothing(office: Office, made: Job) -> None:
    removed(office, made)
    number = office.desk.appeal(ADA.person, made.id, "it is me")
    left = office.desk.quota(ADA).left
    office.desk.decide_appeal(OTHER_MOD, number, granted=False)
    assert office.desk.quota(ADA).left == left
    assert office.desk.audit("discord", limit=1)[0].action == "appeal_upheld"


def test_the_ban_that_came_with_it_is_lifted_too(office: Office, made: Job) -> None:
    removed(office, made)
    office.desk.ban(MOD, ADA.person, ADA.place)
    number = office.desk.appeal(ADA.person, made.id, "it is me")
    assert office.desk.open_appeals(ADA.place)[0].banned
    office.desk.decide_appeal(OTHER_MOD, number, granted=True, lift_ban=True)
    assert not office.desk.bans(ADA.place)
    office.submit(ADA)


def test_lifting_a_ban_that_is_over_is_no_mistake(office: Office, made: Job) -> None:
    removed(office, made)
    number = office.desk.appeal(ADA.person, made.id, "it is me")
    office.desk.decide_appeal(OTHER_MOD, number, granted=True, lift_ban=True)
    assert office.desk.audit("discord", limit=1)[0].after == {"verdict": "granted", "ban_lifted": False}


def test_a_reporter_who_is_forgotten_leaves_an_open_report_without_name_and_words(
    office: Office, made: Job
) -> None:
    for reporter in (BEN, EVE):
        office.desk.report(reporter.person, made.id, "I am in this picture")
        office.desk.forget(reporter.person)
    (waiting,) = office.desk.reported_jobs(ADA.place)
    assert waiting.reasons == ("", "")
    with reading(office.engine) as connection:
        assert set(connection.execute(select(reports.c.reporter_id)).scalars()) == {0}


def test_complaints_about_a_forgotten_person_go_with_them(office: Office, made: Job) -> None:
    removed(office, made)
    office.desk.appeal(ADA.person, made.id, "it is me")
    forgotten = office.desk.forget(ADA.person)
    assert (forgotten.rows["reports"], forgotten.rows["appeals"]) == (1, 1)
    assert (office.count(reports), office.count(appeals)) == (0, 0)


def test_a_moderator_who_is_forgotten_has_decided_without_a_name(office: Office, made: Job) -> None:
    removed(office, made)
    number = office.desk.appeal(ADA.person, made.id, "it is me")
    office.desk.decide_appeal(MOD, number, granted=False)
    office.desk.forget(MOD)
    with reading(office.engine) as connection:
        for table in (reports, appeals):
            assert connection.execute(select(table.c.decided_by)).scalars().all() == [0]


def test_everybody_gets_their_own_words_and_nobody_elses(office: Office, made: Job) -> None:
    removed(office, made)
    office.desk.appeal(ADA.person, made.id, "it is me")
    adas, bens = office.desk.export(ADA.person), office.desk.export(BEN.person)
    assert [row["text"] for row in adas["your_appeals"]] == ["it is me"]
    assert "that is not her" not in str(adas)
    assert [row["reason"] for row in bens["your_reports"]] == ["that is not her"]
    assert "it is me" not in str(bens)
