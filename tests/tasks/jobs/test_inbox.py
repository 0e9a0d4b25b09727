"""What platforms tell is written down, handled once, and known when it is told again."""

from __future__ import annotations

from tasks.db.inbox import inbox
from tasks.jobs.inbox import MOST_ATTEMPTS
from tasks.records import Told
from tests.tasks.kit import Office, together

ONE, TWO = Told("1", "one"), Told("2", "two")


def test_what_was_told_waits_until_it_is_handled_and_is_known_afterwards(office: Office) -> None:
    desk = office.desk
    assert desk.take_in("telegram", [ONE, TWO]) == {"1", "2"}
    assert desk.take_in("telegram", [TWO]) == set()
    assert desk.take_in("matrix", [TWO]) == {"2"}
    desk.note_down("telegram", "2", "7")
    desk.mark_handled("telegram", ["1"])
    assert desk.take_up("telegram") == [Told("2", "two", "7")]
    desk.mark_handled("telegram", ["2"])
    assert desk.take_up("telegram") == []
    assert desk.take_in("telegram", [ONE, TWO]) == set()


def test_of_two_who_take_in_the_same_one_does(office: Office) -> None:
    taken = together(*[lambda: office.desk.take_in("telegram", [ONE])] * 2)
    assert sorted(map(len, taken)) == [0, 1]


def test_what_ends_every_process_is_not_taken_up_for_ever(office: Office) -> None:
    office.desk.take_in("telegram", [ONE])
    for _ in range(MOST_ATTEMPTS - 1):
        assert office.desk.take_up("telegram") == [ONE]
    assert office.desk.take_up("telegram") == []


def test_what_nobody_waits_for_any_more_goes(office: Office) -> None:
    office.desk.take_in("telegram", [ONE])
    office.clock.pass_time(hours=24)
    assert office.desk.drop_told() == 0
    office.clock.pass_time(hours=2)
    assert office.desk.take_up("telegram") == []
    assert office.desk.drop_told() == 1
    assert office.count(inbox) == 0
