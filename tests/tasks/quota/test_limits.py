"""Whose word counts about how many pictures somebody may make."""

from __future__ import annotations

import pytest

from tasks.errors import QuotaExceeded
from tasks.quota.limits import Limit, effective_limit, effective_weight
from tasks.records import Asker, Window
from tests.tasks.kit import ADA, BEN, Office


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ((1, 2, 3), Limit(1, "member")),
        ((0, 2, 3), Limit(0, "member")),
        ((None, 2, 3), Limit(2, "role")),
        ((None, 0, 3), Limit(0, "role")),
        ((None, None, 3), Limit(3, "community")),
        ((None, None, None), Limit(9, "global")),
    ],
)
def test_the_nearest_limit_holds(given: tuple[int | None, int | None, int | None], limit: Limit) -> None:
    assert effective_limit(*given, 9) == limit


def test_a_members_own_weight_comes_before_their_roles() -> None:
    assert (effective_weight(2, 5), effective_weight(None, 5), effective_weight(None, None)) == (2, 5, 1)


def test_each_level_of_limits_is_found_in_the_database(office: Office) -> None:
    patron = Asker("discord", "guild", "ada", roles=("helper", "patron", "unknown"))
    assert (office.desk.quota(patron).limit, office.desk.quota(patron).source) == (100, "global")
    office.desk.configure(None, ADA.place, {"member_limit": 20})
    assert (office.desk.quota(patron).limit, office.desk.quota(patron).source) == (20, "community")
    office.desk.set_role(None, ADA.place, "helper", member_limit=15)
    office.desk.set_role(None, ADA.place, "patron", member_limit=30)
    assert (office.desk.quota(patron).limit, office.desk.quota(patron).source) == (30, "role")
    office.desk.set_member(None, ADA, member_limit=5)
    assert (office.desk.quota(patron).limit, office.desk.quota(patron).source) == (5, "member")
    assert office.desk.quota(BEN).limit == 20


def test_a_report_says_what_is_used_what_is_left_and_when_it_comes_back(office: Office) -> None:
    office.welcome(ADA)
    office.desk.configure(None, ADA.place, {"pool_limit": 4, "member_limit": 3})
    fresh = office.desk.quota(ADA)
    assert (fresh.window, fresh.used, fresh.left, fresh.resets_at) == (Window.DAILY, 0, 3, None)
    office.submit(ADA)
    office.submit(ADA)
    office.desk.grant(None, ADA, 5, "gift")
    report = office.desk.quota(ADA)
    assert (report.used, report.bonus, report.pool_left, report.left) == (2, 5, 2, 2)
    assert report.resets_at == office.clock.now.replace(day=2, hour=0, microsecond=0)


def test_a_rolling_report_resets_when_the_oldest_picture_is_a_day_old(office: Office) -> None:
    office.welcome(ADA)
    office.desk.configure(None, ADA.place, {"quota_window": Window.ROLLING})
    office.desk.cancel(office.submit(ADA).id, ADA.person)
    second = office.submit(ADA)
    office.clock.pass_time(hours=1)
    office.submit(ADA)
    resets_at = office.desk.quota(ADA).resets_at
    assert resets_at is not None
    assert (resets_at - second.submitted_at).total_seconds() == 24 * 3600


def test_the_bonus_is_used_after_the_limit_and_kept_overnight(office: Office) -> None:
    office.welcome(ADA)
    poor = office.with_settings(member_limit=1)
    poor.desk.grant(None, ADA, 2, "gift")
    for _ in range(2):
        poor.submit(ADA)
    assert (poor.desk.quota(ADA).used, poor.desk.quota(ADA).bonus) == (1, 1)
    poor.clock.pass_time(days=1)
    assert (poor.desk.quota(ADA).used, poor.desk.quota(ADA).bonus) == (0, 1)
    for _ in range(2):
        poor.submit(ADA)
    with pytest.raises(QuotaExceeded):
        poor.submit(ADA)


def test_a_cancelled_bonus_picture_goes_back_to_the_bonus(office: Office) -> None:
    office.welcome(ADA)
    poor = office.with_settings(member_limit=0)
    poor.desk.grant(None, ADA, 1, "gift")
    poor.desk.cancel(poor.submit(ADA).id, ADA.person)
    assert (poor.desk.quota(ADA).used, poor.desk.quota(ADA).bonus) == (0, 1)


def test_a_limit_that_is_lowered_leaves_nothing_not_less(office: Office) -> None:
    office.welcome(ADA)
    for _ in range(3):
        office.submit(ADA)
    office.desk.set_member(None, ADA, member_limit=1)
    assert (office.desk.quota(ADA).used, office.desk.quota(ADA).left) == (3, 0)
