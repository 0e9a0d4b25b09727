"""Moderators block pictures and what looks like them, here or everywhere, and can take it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tasks.db.engine import reading
from tasks.db.people import FORGOTTEN, blocked_pictures
from tasks.errors import WrongState
from tasks.records import Fingerprint, Person, Place
from tests.tasks.kit import ADA, BEN, Office, kinds, together

HERE, ELSEWHERE = ADA.place, Place("telegram", "group")
MODERATOR = BEN.person
LOOK = "f" * 36


def picture(exact: str, look: str | None = LOOK, mirrored: str | None = None) -> Fingerprint:
    return Fingerprint(exact * 64, look, mirrored or look)


def differing(bits: int) -> str:
    """A look that differs from `LOOK` in so many bits."""
    return f"{int(LOOK, 16) ^ ((1 << bits) - 1):036x}"


def test_a_blocked_picture_and_what_looks_like_it_are_known_again_in_this_community(office: Office) -> None:
    office.desk.block_picture(MODERATOR, picture("a"), HERE, "not yours")
    near = office.settings.block_distance
    far = "0" * 36
    for same in (
        picture("a", None),
        picture("b"),
        picture("b", differing(near)),
        picture("b", far, mirrored=LOOK),
    ):
        assert office.desk.is_blocked(same, HERE)
        assert not office.desk.is_blocked(same, ELSEWHERE)
        assert not office.desk.is_blocked(same, None)
    assert not office.desk.is_blocked(picture("b", differing(near + 1)), HERE)
    assert not office.desk.is_blocked(picture("b", None), HERE)


def test_the_operator_blocks_everywhere(office: Office) -> None:
    office.desk.block_picture(None, picture("a", None), None)
    for place in (HERE, ELSEWHERE, None):
        assert office.desk.is_blocked(picture("a"), place)
    # What has no look is known by its bytes only.
    assert not office.desk.is_blocked(picture("b"), HERE)


def test_a_block_is_listed_audited_and_lifted(office: Office) -> None:
    audit_id = office.desk.block_picture(MODERATOR, picture("a"), HERE, "not yours")
    (block,) = office.desk.blocked_pictures(HERE)
    assert (block.place, block.by, block.reason, block.by_look) == (HERE, MODERATOR, "not yours", True)
    assert office.desk.blocked_pictures(ELSEWHERE) == []
    (row,) = office.desk.audit(None, HERE)
    assert (row.id, row.action, row.actor, row.place) == (audit_id, "block_picture", MODERATOR, HERE)
    office.desk.unblock_picture(MODERATOR, block.id, "was a mistake")
    assert not office.desk.is_blocked(picture("a"), HERE)
    assert office.desk.blocked_pictures(HERE) == []
    (lifted,) = office.desk.blocked_pictures(only_in_force=False)
    assert not lifted.in_force
    newest = office.desk.audit(None, HERE)[0]
    assert (newest.action, newest.reason) == ("unblock_picture", "was a mistake")


def test_a_block_and_its_lifting_are_undone_like_any_act(office: Office) -> None:
    blocking = office.desk.block_picture(None, picture("a"), HERE)
    undoing = office.desk.undo(None, blocking)
    assert not office.desk.is_blocked(picture("a"), HERE)
    office.desk.undo(None, undoing)
    assert office.desk.is_blocked(picture("a"), HERE)


def test_nothing_is_blocked_or_lifted_twice(office: Office) -> None:
    office.desk.block_picture(None, picture("a"), None)
    office.desk.block_picture(None, picture("a"), HERE)  # Another list.
    with pytest.raises(WrongState):
        office.desk.block_picture(None, picture("a"), HERE)
    newest = office.desk.blocked_pictures()[0].id
    office.desk.unblock_picture(None, newest)
    for block_id in (newest, 1000):
        with pytest.raises(WrongState):
            office.desk.unblock_picture(None, block_id)


def test_two_moderators_at_once_block_once(office: Office) -> None:
    office.desk.block_picture(None, picture("c"), HERE)  # The community is there.
    results = together(
        *(lambda: office.desk.block_picture(None, picture("a"), HERE, "at once") for _ in range(4))
    )
    assert len(kinds(results, WrongState)) == 3


def test_a_moderator_who_is_forgotten_leaves_the_block(office: Office) -> None:
    office.desk.block_picture(Person("discord", "ben"), picture("a"), HERE, "not yours")
    office.desk.forget(MODERATOR)
    (block,) = office.desk.blocked_pictures(HERE)
    assert block.by is None
    with reading(office.engine) as connection:
        assert connection.execute(select(blocked_pictures.c.by_id)).scalar_one() == FORGOTTEN
