"""Photos that wait for their other half."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.db.drafts import drafts
from tasks.errors import NotOwner, OptionInvalid
from tasks.records import Asker, Draft
from tests.tasks.kit import ADA, BEN, NOON, Office, picture_key, together


def draft_of(office: Office, asker: Asker, message: str, album: str | None = None) -> Draft:
    return Draft(picture_key(office.desk.account(asker.person), message), message, album)


def add(office: Office, message: str, asker: Asker = ADA, album: str | None = None) -> Draft:
    return office.desk.add_draft(asker, draft_of(office, asker, message, album))


def test_a_photo_waits_for_its_other_half_and_both_are_taken_once(office: Office) -> None:
    first = office.desk.add_draft(
        ADA, replace(draft_of(office, ADA, "1", "album"), kind="person", caption="/tryon dress")
    )
    second = add(office, "2", album="album")
    assert (first.kind, first.caption, first.album) == ("person", "/tryon dress", "album")
    assert office.desk.drafts(ADA, NOON) == [first, second]
    taken = office.desk.take_drafts(ADA, [second.id, first.id])
    assert [draft.key for draft in taken] == [first.key, second.key]
    assert office.desk.drafts(ADA, NOON) == []
    assert office.desk.take_drafts(ADA, [first.id, second.id]) == []


def test_a_message_that_is_told_again_is_the_same_photo_also_after_it_was_taken(office: Office) -> None:
    draft = add(office, "1")
    assert add(office, "1") == draft
    office.desk.take_drafts(ADA, [draft.id])
    assert add(office, "1") == replace(draft, taken=True)
    assert office.desk.drafts(ADA, NOON) == []


def test_of_many_who_take_two_photos_at_once_one_gets_them(office: Office) -> None:
    ids = [add(office, "1").id, add(office, "2").id]
    taken = together(*[lambda: office.desk.take_drafts(ADA, ids)] * 4)
    assert sorted(map(len, taken)) == [0, 0, 0, 2]


def test_a_message_added_by_many_at_once_is_one_photo(office: Office) -> None:
    draft = draft_of(office, ADA, "1")
    added = together(*[lambda: office.desk.add_draft(ADA, draft)] * 4)
    assert len({one.id for one in added}) == 1
    assert office.count(drafts) == 1


def test_two_who_want_one_photo_in_common_do_not_both_use_it(office: Office) -> None:
    first, second, third = (add(office, message) for message in "123")
    assert len(office.desk.take_drafts(ADA, [first.id, second.id])) == 2
    assert office.desk.take_drafts(ADA, [second.id, third.id]) == []
    assert office.desk.drafts(ADA, NOON) == [third]


def test_nobody_sees_or_takes_what_waits_of_somebody_else_or_elsewhere(office: Office) -> None:
    draft = add(office, "1")
    for stranger in (BEN, replace(ADA, community="elsewhere")):
        assert office.desk.drafts(stranger, NOON) == []
        assert office.desk.take_drafts(stranger, [draft.id]) == []
    with pytest.raises(NotOwner):
        office.desk.add_draft(BEN, replace(draft, message="2"))
    with pytest.raises(OptionInvalid):
        replace(draft, caption="x" * 1025)


def test_a_photo_is_kept_for_a_quarter_of_an_hour_and_not_when_it_was_taken(office: Office) -> None:
    waits, used = add(office, "1"), add(office, "2")
    office.desk.take_drafts(ADA, [used.id])
    assert office.desk.needed_keys([waits.key, used.key]) == {waits.key}
    office.clock.pass_time(minutes=14, seconds=59)
    assert office.desk.needed_keys([waits.key]) == {waits.key}
    later = add(office, "3")
    assert office.desk.drafts(ADA, office.clock()) == []
    office.clock.pass_time(seconds=2)
    assert office.desk.needed_keys([waits.key, later.key]) == {later.key}
    assert office.desk.drafts(ADA, NOON) == [later]
    assert office.desk.take_drafts(ADA, [waits.id]) == []
    assert office.desk.drop_drafts() == 2
    assert office.count(drafts) == 1


def test_what_waits_is_handed_out_and_forgotten_with_its_person(office: Office) -> None:
    draft = add(office, "1")
    (row,) = office.desk.export(ADA.person)["photos_that_wait"]
    assert (row["store_key"], row["message"], row["community"]) == (draft.key, "1", "guild")
    forgotten = office.desk.forget(ADA.person)
    assert forgotten.rows["drafts"] == 1
    assert forgotten.store_keys == (draft.key,)
    assert office.count(drafts) == 0


def test_an_outfits_second_garment_is_needed_until_the_first_picture_is_delivered(office: Office) -> None:
    office.welcome(ADA, BEN)
    later = picture_key(office.desk.account(ADA.person), "skirt")
    job = office.submit(ADA, later_key=later)
    assert office.desk.job(job.id).request.later_key == later
    assert office.desk.needed_keys([later]) == {later}
    office.clock.pass_time(hours=30)
    claim = office.claim()
    assert office.desk.needed_keys([later]) == {later}
    office.desk.fail(claim.token, "oops")
    assert office.desk.needed_keys([later]) == {later}
    office.desk.mark_delivered(job.id)
    assert office.desk.needed_keys([later]) == set()
    with pytest.raises(NotOwner):
        office.submit(BEN, later_key=later)
    assert later in office.desk.forget(ADA.person).store_keys
