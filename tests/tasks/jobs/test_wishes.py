"""What somebody asked for, and cannot have yet, waits unread."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tasks.db.people import accounts, identities
from tasks.db.wishes import wishes
from tasks.errors import OptionInvalid
from tests.tasks.kit import ADA, BEN, Office, together


def test_it_waits_for_whoever_asked_and_is_taken_once(office: Office) -> None:
    desk = office.desk
    desk.keep_wish(ADA.person, "asked", "a dress")
    desk.keep_wish(ADA.person, "asked", "a skirt")
    desk.keep_wish(ADA.person, "said", "pose")
    assert (desk.wish(ADA.person, "asked"), desk.wish(ADA.person, "said")) == ("a skirt", "pose")
    assert desk.wish(BEN.person, "asked") is None
    taken = together(*[lambda: desk.take_wish(ADA.person, "asked")] * 2)
    assert sorted(taken, key=str) == [None, "a skirt"]
    assert desk.take_wish(ADA.person, "asked") is None


def test_it_enters_nobody_and_says_nothing_to_whoever_reads_the_database(office: Office) -> None:
    office.desk.keep_wish(ADA.person, "asked", "https://cdn.example/me.jpg")
    with office.engine.connect() as connection:
        (row,) = connection.execute(select(wishes)).all()
        assert b"example" not in row.words
        assert ADA.user not in row.mark
        assert connection.execute(select(identities)).first() is None
    assert office.count(accounts) <= 1, "only whoever stands for everybody forgotten"


def test_it_waits_for_a_quarter_of_an_hour(office: Office) -> None:
    office.desk.keep_wish(ADA.person, "asked", "a dress")
    office.clock.pass_time(minutes=14)
    assert office.desk.wish(ADA.person, "asked") == "a dress"
    assert office.desk.drop_wishes() == 0
    office.clock.pass_time(minutes=2)
    assert office.desk.wish(ADA.person, "asked") is None
    assert office.desk.drop_wishes() == 1


def test_whoever_is_forgotten_wishes_for_nothing(office: Office) -> None:
    office.welcome(ADA)
    office.desk.keep_wish(ADA.person, "asked", "a dress")
    office.desk.forget(ADA.person)
    assert office.count(wishes) == 0


def test_there_is_an_end_to_what_is_kept(office: Office) -> None:
    with pytest.raises(OptionInvalid):
        office.desk.keep_wish(ADA.person, "asked", "x" * 200_001)
