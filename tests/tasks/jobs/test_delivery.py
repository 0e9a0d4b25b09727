"""What a front end finds in the database after any restart."""

from __future__ import annotations

import pytest

from tasks.errors import UnknownJob, WrongState
from tasks.records import Asker
from tests.tasks.kit import ADA, BEN, Office

ZOE = Asker("telegram", "group", "zoe")


@pytest.fixture
def busy(office: Office) -> Office:
    """Three jobs of Discord's (a picture, a failure, one waiting) and a picture of Telegram's."""
    office.welcome(ADA, BEN, ZOE)
    office.make_picture(ADA)
    office.submit(BEN)
    office.desk.fail(office.claim().token, "oops")
    office.make_picture(ZOE)
    office.submit(ADA)
    return office


def test_ended_jobs_are_owed_to_their_own_platform_until_they_are_delivered(busy: Office) -> None:
    assert [job.id for job in busy.desk.undelivered("discord")] == [1, 2]
    assert [job.id for job in busy.desk.undelivered("telegram")] == [3]
    assert busy.desk.mark_delivered(1)
    assert [job.id for job in busy.desk.undelivered("discord")] == [2]
    assert busy.desk.job(1).delivered_at is not None


def test_only_the_first_to_deliver_is_told_so(busy: Office) -> None:
    assert [busy.desk.mark_delivered(2) for _ in range(3)] == [True, False, False]


def test_what_has_not_ended_is_not_delivered(busy: Office) -> None:
    with pytest.raises(WrongState):
        busy.desk.mark_delivered(4)
    with pytest.raises(UnknownJob):
        busy.desk.mark_delivered(5)


def test_jobs_that_go_on_are_found_with_where_their_placeholders_are(busy: Office) -> None:
    busy.desk.set_address(4, {"channel": "c", "message": "m"})
    (job,) = busy.desk.unfinished("discord")
    assert (job.id, job.request.address) == (4, {"channel": "c", "message": "m"})
    with pytest.raises(UnknownJob):
        busy.desk.set_address(5, {})


def test_history_is_ones_own_newest_first_and_goes_on_page_by_page(busy: Office) -> None:
    assert [job.id for job in busy.desk.history(ADA.person)] == [4, 1]
    assert [job.id for job in busy.desk.history(ADA.person, limit=1)] == [4]
    assert [job.id for job in busy.desk.history(ADA.person, before_id=4)] == [1]
    assert busy.desk.history(Asker("discord", "guild", "nobody").person) == []


def test_the_outbox_keeps_what_was_not_told(busy: Office) -> None:
    rows = busy.desk.read_outbox()
    assert [row.job_id for row in rows] == [1, 1, 2, 2, 3, 3, 4]
    busy.desk.clear_outbox(row.id for row in rows[:5])
    assert busy.desk.read_outbox() == rows[5:]
    assert busy.desk.read_outbox(limit=1) == rows[5:6]
