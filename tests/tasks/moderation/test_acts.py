"""Moderators' acts: what each does, what is written about it, and that it can be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tasks.errors import (
    BannedAlready,
    BannedHere,
    CommunityPaused,
    OptionInvalid,
    Overtaken,
    QuotaExceeded,
    UnknownAudit,
    UnknownJob,
    WrongState,
)
from tasks.records import Asker, AuditRow, JobState, Person, Place, Window
from tests.tasks.kit import ADA, BEN, NOON, Office

MOD = Person("discord", "moderator")


def newest(office: Office) -> AuditRow:
    return office.desk.audit("discord", limit=1)[0]


def test_an_act_is_written_with_who_when_before_after_and_why(office: Office) -> None:
    office.desk.set_member(MOD, ADA, member_limit=5)
    audit_id = office.desk.set_member(MOD, ADA, member_limit=7, weight=2, reason="helps a lot")
    row = newest(office)
    assert (row.id, row.actor, row.action) == (audit_id, MOD, "set_member")
    assert row.before == {"member_limit": 5, "weight": None}
    assert row.after == {"member_limit": 7, "weight": 2}
    assert row.reason == "helps a lot"
    assert row.at - NOON < timedelta(seconds=1)


def test_the_operator_acts_without_a_name(office: Office) -> None:
    office.desk.pause_all(None, "new GPU")
    assert (newest(office).actor, newest(office).action) == (None, "pause_all")


def test_an_audit_is_read_page_by_page_and_by_community(office: Office) -> None:
    elsewhere = Place("discord", "other guild")
    ids = [
        office.desk.pause(MOD, ADA.place),
        office.desk.pause(MOD, elsewhere),
        office.desk.resume(MOD, ADA.place),
    ]
    assert [row.id for row in office.desk.audit("discord")] == ids[::-1]
    assert [row.id for row in office.desk.audit("discord", ADA.place)] == [ids[2], ids[0]]
    assert [row.id for row in office.desk.audit("discord", before_id=ids[2])] == [ids[1], ids[0]]
    assert list(office.desk.audit("discord", Place("discord", "unknown"))) == []


def test_a_change_is_undone_and_the_undoing_too(office: Office) -> None:
    act = office.desk.set_member(MOD, ADA, member_limit=5)
    undoing = office.desk.undo(MOD, act)
    assert office.desk.quota(ADA).source == "global"
    office.desk.undo(MOD, undoing)
    assert office.desk.quota(ADA).limit == 5
    rows = {row.id: row for row in office.desk.audit("discord")}
    assert (rows[act].undone_by, rows[undoing].undoes) == (undoing, act)


def test_an_act_is_undone_once(office: Office) -> None:
    act = office.desk.pause(MOD, ADA.place)
    office.desk.undo(MOD, act)
    with pytest.raises(WrongState):
        office.desk.undo(MOD, act)
    with pytest.raises(UnknownAudit):
        office.desk.undo(MOD, 999)


def test_an_act_that_was_overtaken_is_not_undone(office: Office) -> None:
    act = office.desk.configure(MOD, ADA.place, {"member_limit": 5})
    office.desk.configure(MOD, ADA.place, {"member_limit": 6})
    with pytest.raises(WrongState):
        office.desk.undo(MOD, act)
    assert office.desk.quota(ADA).limit == 6


def test_a_community_is_configured_and_put_back_as_it_was(office: Office) -> None:
    act = office.desk.configure(
        MOD,
        ADA.place,
        {
            "time_zone": "Asia/Kathmandu",
            "quota_window": Window.ROLLING,
            "member_limit": 4,
            "pool_limit": 40,
            "cooldown_seconds": 30,
            "settings": {"language": "tr"},
        },
    )
    report = office.desk.quota(ADA)
    assert (report.window, report.limit, report.pool_left) == (Window.ROLLING, 4, 40)
    office.desk.undo(MOD, act)
    report = office.desk.quota(ADA)
    assert (report.window, report.limit, report.pool_left) == (Window.DAILY, 100, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"quota_window": "weekly"},
        {"member_limit": -1},
        {"pool_limit": 10**9},
        {"cooldown_seconds": -5},
    ],
    ids=str,
)
def test_a_setting_out_of_range_changes_nothing(office: Office, wrong: dict[str, object]) -> None:
    with pytest.raises(OptionInvalid):
        office.desk.configure(MOD, ADA.place, wrong)  # type: ignore[arg-type]
    assert list(office.desk.audit("discord")) == []


def test_a_weight_or_a_reason_out_of_range_is_refused(office: Office) -> None:
    with pytest.raises(OptionInvalid):
        office.desk.set_member(MOD, ADA, member_limit=None, weight=0)
    with pytest.raises(OptionInvalid):
        office.desk.set_role(MOD, ADA.place, "patron", member_limit=None, weight=101)
    with pytest.raises(OptionInvalid):
        office.desk.pause(MOD, ADA.place, reason="x" * 301)


def test_a_role_allowance_is_undone(office: Office) -> None:
    patron = Asker("discord", "guild", "ada", roles=("patron",))
    act = office.desk.set_role(MOD, ADA.place, "patron", member_limit=50)
    assert office.desk.quota(patron).limit == 50
    office.desk.undo(MOD, act)
    assert office.desk.quota(patron).source == "global"


def test_a_grant_is_given_once_however_often_its_event_comes(office: Office) -> None:
    acts = {office.desk.grant(MOD, ADA, 5, "e1") for _ in range(3)}
    assert len(acts) == 1
    assert office.desk.quota(ADA).bonus == 5
    office.desk.undo(MOD, acts.pop())
    assert office.desk.quota(ADA).bonus == 0
    for wrong in (0, -1, 10**9):
        with pytest.raises(OptionInvalid):
            office.desk.grant(MOD, ADA, wrong, "e2")


def test_undoing_a_grant_takes_back_only_what_is_left_of_it(office: Office) -> None:
    office.welcome(ADA)
    poor = office.with_settings(member_limit=0)
    act = poor.desk.grant(MOD, ADA, 3, "gift")
    poor.submit(ADA)
    undoing = poor.desk.undo(MOD, act)
    assert poor.desk.quota(ADA).bonus == 0
    assert newest(poor).after == {"pictures": -2, "entries": 1}
    poor.desk.undo(MOD, undoing)
    assert poor.desk.quota(ADA).bonus == 2


@pytest.mark.parametrize("window", Window)
def test_a_reset_forgives_pictures_but_not_jobs_that_go_on(office: Office, window: Window) -> None:
    office.welcome(ADA)
    office.desk.configure(MOD, ADA.place, {"quota_window": window})
    few = office.with_settings(member_limit=3)
    few.make_picture(ADA)
    few.make_picture(ADA)
    few.submit(ADA)
    with pytest.raises(QuotaExceeded):
        few.submit(ADA)
    act = few.desk.reset(MOD, ADA)
    assert few.desk.quota(ADA).used == 1
    few.desk.undo(MOD, act)
    assert few.desk.quota(ADA).used == 3


def test_a_reset_gives_nothing_on_top_when_the_job_that_went_on_fails(office: Office) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    office.desk.reset(MOD, ADA)
    office.desk.reset(MOD, ADA)
    office.desk.fail(office.claim().token, "oops")
    assert office.desk.quota(ADA).used == 0


def test_a_reset_leaves_a_rolling_window_with_what_it_forgave(office: Office) -> None:
    office.welcome(ADA)
    office.desk.configure(MOD, ADA.place, {"quota_window": Window.ROLLING})
    office.make_picture(ADA)
    office.clock.pass_time(hours=2)
    office.desk.reset(MOD, ADA)
    office.clock.pass_time(hours=23)
    assert office.desk.quota(ADA).used == 0


def test_undoing_a_reset_takes_back_no_more_than_is_left(office: Office) -> None:
    office.welcome(ADA)
    few = office.with_settings(member_limit=2)
    few.make_picture(ADA)
    few.make_picture(ADA)
    act = few.desk.reset(MOD, ADA)
    few.make_picture(ADA)
    few.desk.undo(MOD, act)
    assert (few.desk.quota(ADA).used, few.desk.quota(ADA).left) == (2, 0)


def test_undoing_a_reset_goes_by_the_roles_it_was_done_with(office: Office) -> None:
    patron = Asker("discord", "guild", "ada", roles=("patron",))
    office.welcome(ADA)
    few = office.with_settings(member_limit=1)
    few.desk.set_role(MOD, ADA.place, "patron", member_limit=5)
    for _ in range(3):
        few.make_picture(patron)
    act = few.desk.reset(MOD, patron)
    few.make_picture(patron)
    undoing = few.desk.undo(MOD, act)
    assert (few.desk.quota(patron).used, few.desk.quota(patron).left) == (4, 1)
    few.desk.undo(MOD, few.desk.undo(MOD, undoing))
    assert few.desk.quota(patron).used == 4


def test_a_ban_cancels_what_waits_and_its_undoing_lets_the_member_ask_again(office: Office) -> None:
    office.welcome(ADA, BEN)
    waits, other = office.submit(ADA), office.submit(BEN)
    act = office.desk.ban(MOD, ADA.person, ADA.place, reason="spam")
    assert office.desk.job(waits.id).state is JobState.CANCELLED
    assert office.desk.job(other.id).state is JobState.QUEUED
    with pytest.raises(WrongState):
        office.desk.ban(MOD, ADA.person, ADA.place)
    undoing = office.desk.undo(MOD, act)
    office.submit(ADA)
    office.desk.undo(MOD, undoing)
    with pytest.raises(BannedHere):
        office.submit(ADA)


def test_a_ban_in_one_community_leaves_the_jobs_in_others(office: Office) -> None:
    elsewhere = Asker("discord", "other guild", "ada")
    office.welcome(ADA)
    here, there = office.submit(ADA), office.submit(elsewhere)
    office.desk.ban(MOD, ADA.person, ADA.place)
    assert office.desk.job(here.id).state is JobState.CANCELLED
    assert office.desk.job(there.id).state is JobState.QUEUED


def test_somebody_can_be_banned_before_they_ever_came(office: Office) -> None:
    office.desk.ban(MOD, ADA.person, ADA.place)
    with pytest.raises(BannedHere):
        office.submit(ADA)


def test_who_is_banned_once_more_is_banned_otherwise_or_not_at_all(office: Office) -> None:
    desk = office.desk
    desk.ban(MOD, ADA.person, ADA.place, until=NOON + timedelta(days=2), reason="spam")
    office.clock.pass_time(minutes=10)
    for reason in ("spam", ""):
        with pytest.raises(BannedAlready):
            desk.ban(MOD, ADA.person, ADA.place, until=office.clock() + timedelta(days=2), reason=reason)
    assert [row.action for row in desk.audit("discord")] == ["ban"]
    longer = office.clock() + timedelta(days=9)
    changed = desk.ban(MOD, ADA.person, ADA.place, until=longer)
    reworded = desk.ban(MOD, ADA.person, ADA.place, until=longer, reason="much spam")
    (ban,) = desk.bans(ADA.place)
    assert (ban.until, ban.reason) == (longer, "much spam")
    assert newest(office).before == {"reason": "spam"}
    for act in (reworded, changed):
        desk.undo(MOD, act)
    (ban,) = desk.bans(ADA.place)
    assert (ban.until, ban.reason) == (NOON + timedelta(days=2), "spam")
    desk.unban(MOD, ADA.person, ADA.place)
    assert not desk.bans(ADA.place)


def test_an_unban_needs_a_ban_and_a_ban_an_end_that_is_to_come(office: Office) -> None:
    with pytest.raises(WrongState):
        office.desk.unban(MOD, ADA.person, ADA.place)
    with pytest.raises(OptionInvalid):
        office.desk.ban(MOD, ADA.person, ADA.place, until=NOON)


def test_a_pause_is_undone(office: Office) -> None:
    office.welcome(ADA)
    office.submit(ADA)
    act = office.desk.pause(MOD, ADA.place)
    with pytest.raises(CommunityPaused):
        office.submit(ADA)
    office.desk.undo(MOD, act)
    office.claim()


def test_a_moderator_cancels_anybodys_job_and_takes_pictures_back(office: Office) -> None:
    office.welcome(ADA)
    waits = office.submit(ADA)
    assert office.desk.remove_job(MOD, waits.id, "abuse") is None
    assert office.desk.job(waits.id).state is JobState.CANCELLED
    made = office.make_picture(ADA)
    assert office.desk.remove_job(MOD, made.id, "abuse") == made.result_key
    job = office.desk.job(made.id)
    assert (job.state, job.result_key, job.error_code) == (JobState.SUCCEEDED, None, "removed")
    assert office.desk.quota(ADA).used == 1
    with pytest.raises(WrongState):
        office.desk.undo(MOD, newest(office).id)
    with pytest.raises(UnknownJob):
        office.desk.remove_job(MOD, 999)


def test_two_moderators_who_change_settings_at_once_do_not_lose_each_others_changes(office: Office) -> None:
    office.desk.configure(MOD, ADA.place, {"settings": {"language": "tr"}})
    seen = {"language": "tr"}
    office.desk.configure(MOD, ADA.place, {"settings": {**seen, "log_channel": "7"}}, expected=seen)
    with pytest.raises(Overtaken):
        office.desk.configure(BEN.person, ADA.place, {"settings": {"language": "en"}}, expected=seen)
    community = office.desk.community(ADA.place)
    assert community is not None
    assert community.settings == {"language": "tr", "log_channel": "7"}
