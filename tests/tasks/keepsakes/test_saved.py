"""Photos and garments that people keep: under which names, how many, and whose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tasks.errors import NameTaken, NotOwner, OptionInvalid, TooManySaved, UnknownItem, UnknownPerson
from tasks.records import Garment, Person, SavedPhoto
from tests.tasks.kit import ADA, BEN, Office, kinds, picture_key, together


class Shelf:
    """Photos or garments, by the same words."""

    def __init__(self, office: Office, kind: str) -> None:
        desk = office.with_settings(saved_photos_max=3, wardrobe_max=3).desk
        self.desk = desk
        self.rename: Callable[[Person, int, str], SavedPhoto | Garment]
        self.remove: Callable[[Person, int], SavedPhoto | Garment]
        self.list: Callable[[Person], Sequence[SavedPhoto | Garment]]
        if kind == "photo":
            self.rename, self.remove, self.list = desk.rename_photo, desk.remove_photo, desk.saved_photos
        else:
            self.rename, self.remove, self.list = desk.rename_garment, desk.remove_garment, desk.wardrobe
        self.kind = kind

    def save(self, person: Person, name: str, key: str | None = None) -> SavedPhoto | Garment:
        key = key or picture_key(self.desk.account(person), name)
        if self.kind == "photo":
            return self.desk.save_photo(person, name, key)
        return self.desk.save_garment(person, name, "dresses", key)

    def names(self, person: Person) -> list[str]:
        return [item.name for item in self.list(person)]


@pytest.fixture(params=["photo", "garment"])
def shelf(request: pytest.FixtureRequest, office: Office) -> Shelf:
    return Shelf(office, request.param)


def test_what_is_saved_is_listed_by_name_and_is_nobody_elses(shelf: Shelf) -> None:
    second, first = shelf.save(ADA.person, "red one"), shelf.save(ADA.person, "blue one")
    shelf.save(BEN.person, "bens")
    assert list(shelf.list(ADA.person)) == [first, second]
    assert first.key == picture_key(shelf.desk.account(ADA.person), "blue one")
    assert shelf.desk.needed_keys([first.key, second.key]) == {first.key, second.key}
    assert shelf.names(Person("discord", "nobody")) == []


def test_what_is_removed_is_not_needed_any_more(shelf: Shelf) -> None:
    saved = shelf.save(ADA.person, "red one")
    assert shelf.remove(ADA.person, saved.id) == saved
    assert shelf.names(ADA.person) == []
    assert shelf.desk.needed_keys([saved.key]) == set()
    with pytest.raises(UnknownItem):
        shelf.remove(ADA.person, saved.id)


def test_a_name_is_taken_once_by_a_person(shelf: Shelf) -> None:
    shelf.save(ADA.person, "best")
    shelf.save(BEN.person, "best")
    other = shelf.save(ADA.person, "other")
    with pytest.raises(NameTaken):
        shelf.save(ADA.person, "best")
    with pytest.raises(NameTaken):
        shelf.rename(ADA.person, other.id, "best")
    assert shelf.rename(ADA.person, other.id, "other").name == "other"
    assert shelf.rename(ADA.person, other.id, "the best").name == "the best"
    assert shelf.names(ADA.person) == ["best", "the best"]


def test_no_more_than_the_operator_allows_are_kept(shelf: Shelf) -> None:
    saved = [shelf.save(ADA.person, f"{number}") for number in range(3)]
    with pytest.raises(TooManySaved):
        shelf.save(ADA.person, "one more")
    shelf.save(BEN.person, "mine")
    shelf.remove(ADA.person, saved[0].id)
    shelf.save(ADA.person, "one more")


@pytest.mark.parametrize(
    "name", ["", " ", "a" * 61, " best", "two  spaces", "two\nlines", "nul\0", "half \ud83d"]
)
def test_a_name_must_be_one_that_can_be_shown(shelf: Shelf, name: str) -> None:
    saved = shelf.save(ADA.person, "n" * 60)
    with pytest.raises(OptionInvalid):
        shelf.save(ADA.person, name, saved.key)
    with pytest.raises(OptionInvalid):
        shelf.rename(ADA.person, saved.id, name)
    assert shelf.names(ADA.person) == ["n" * 60]


def test_somebody_elses_picture_is_not_saved_and_their_things_are_not_touched(shelf: Shelf) -> None:
    bens = shelf.save(BEN.person, "bens")
    shelf.desk.account(ADA.person)
    with pytest.raises(NotOwner):
        shelf.save(ADA.person, "mine", bens.key)
    for stranger in (ADA.person, Person("discord", "nobody")):
        with pytest.raises(UnknownItem):
            shelf.rename(stranger, bens.id, "stolen")
        with pytest.raises(UnknownItem):
            shelf.remove(stranger, bens.id)
    assert shelf.names(BEN.person) == ["bens"]


def test_a_person_who_was_never_seen_saves_nothing(shelf: Shelf) -> None:
    with pytest.raises(UnknownPerson):
        shelf.save(Person("discord", "nobody"), "mine", picture_key(1, "mine"))


def test_a_garment_has_one_of_the_known_types(office: Office) -> None:
    key = picture_key(office.desk.account(ADA.person), "hat")
    with pytest.raises(OptionInvalid):
        office.desk.save_garment(ADA.person, "hat", "hats", key)  # type: ignore[arg-type]
    assert office.desk.save_garment(ADA.person, "coat", "upper_body", key).garment_type == "upper_body"


def test_of_many_saves_at_once_as_many_are_kept_as_may_be_and_each_name_once(shelf: Shelf) -> None:
    shelf.desk.account(ADA.person)
    results = together(*[partial(shelf.save, ADA.person, f"{number % 4}") for number in range(12)])
    assert len(kinds(results, SavedPhoto | Garment)) == 3  # type: ignore[arg-type]
    assert len(kinds(results, NameTaken | TooManySaved)) == 9  # type: ignore[arg-type]
    assert len(set(shelf.names(ADA.person))) == 3
