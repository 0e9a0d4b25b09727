"""Forgetting a person, and handing them what is kept about them."""

from __future__ import annotations

import io
import json
import os
from functools import partial
from typing import Any
from zipfile import ZipFile

import pytest

from tasks.desk import Desk
from tasks.errors import DatabaseUnavailable, StoreUnavailable, UnknownPerson
from tasks.keeping.export import Exported, export_person
from tasks.keeping.forget import ForgottenPerson, forget_person
from tasks.records import Person
from tasks.store.store import Store
from tests.tasks.keeping.kit import Studio, inputs_of
from tests.tasks.kit import ADA, BEN, kinds, together

MOD = Person("discord", "the moderator")


@pytest.fixture
def busy(studio: Studio) -> Studio:
    """Ada has a result, a saved photo and garment, a job that waits, an upload without one; Ben has a job."""
    desk = studio.office.desk
    studio.make_picture(ADA)
    desk.save_photo(ADA.person, "me", studio.put(ADA, b"saved photo"))
    desk.save_garment(ADA.person, "dress", "dresses", studio.put(ADA, b"saved dress"))
    studio.submit(ADA, photo=b"waits")
    studio.put(ADA, b"upload")
    studio.submit(BEN)
    return studio


def ada_id(studio: Studio) -> int:
    return studio.office.desk.account(ADA.person)


def test_forgetting_deletes_pictures_and_rows_and_says_how_many(busy: Studio) -> None:
    bens = {stored.key for stored in busy.store.stored(busy.office.desk.account(BEN.person))}
    forgotten = forget_person(busy.office.desk, busy.store, ADA.person)
    assert forgotten.pictures == 7
    assert forgotten.rows["jobs"] == 2
    assert busy.kept() == bens
    with pytest.raises(UnknownPerson):
        forget_person(busy.office.desk, busy.store, ADA.person)


def test_if_the_pictures_cannot_be_deleted_the_person_is_known_still_and_asks_again(
    busy: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> int:
        raise StoreUnavailable("the store cannot be used")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "delete_owner", unreachable)
        with pytest.raises(StoreUnavailable):
            forget_person(busy.office.desk, busy.store, ADA.person)
    assert len(busy.office.desk.history(ADA.person)) == 2
    assert forget_person(busy.office.desk, busy.store, ADA.person).pictures == 7


def test_if_the_rows_cannot_be_deleted_the_person_is_known_still_and_asks_again(
    busy: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> None:
        raise DatabaseUnavailable("no connection")

    with monkeypatch.context() as patched:
        patched.setattr(Desk, "forget", unreachable)
        with pytest.raises(DatabaseUnavailable):
            forget_person(busy.office.desk, busy.store, ADA.person)
    assert forget_person(busy.office.desk, busy.store, ADA.person).rows["jobs"] == 2


def test_a_picture_put_while_its_owner_is_forgotten_goes_too(
    busy: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget, account_id = Desk.forget, ada_id(busy)

    def put_meanwhile(desk: Desk, person: Person) -> Any:
        busy.store.put(account_id, b"a result that is late")
        return forget(desk, person)

    monkeypatch.setattr(Desk, "forget", put_meanwhile)
    assert forget_person(busy.office.desk, busy.store, ADA.person).pictures == 8
    assert list(busy.store.stored(account_id)) == []


def test_what_a_crash_after_the_rows_leaves_the_sweeper_deletes(busy: Studio) -> None:
    account_id = ada_id(busy)
    busy.office.desk.forget(ADA.person)
    assert len(list(busy.store.stored(account_id))) == 7
    busy.office.clock.pass_time(hours=2)
    assert busy.sweep().deleted == 7
    assert list(busy.store.stored(account_id)) == []


def test_forgotten_by_two_at_once_is_forgotten_once(busy: Studio) -> None:
    results = together(*[partial(forget_person, busy.office.desk, busy.store, ADA.person)] * 4)
    assert len(kinds(results, UnknownPerson)) == 3
    assert [result.rows["jobs"] for result in kinds(results, ForgottenPerson)] == [2]


def test_a_new_person_never_gets_the_account_of_a_forgotten_one(busy: Studio) -> None:
    last = busy.office.desk.account(Person("discord", "zoe"))
    forget_person(busy.office.desk, busy.store, Person("discord", "zoe"))
    assert busy.office.desk.account(Person("discord", "yan")) > last


class Pipe(io.RawIOBase):
    """Takes bytes, and cannot go back."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.taken += bytes(data)
        return len(data)


def exported(studio: Studio, person: Person) -> tuple[dict[str, Any], dict[str, bytes], Exported]:
    pipe = Pipe()
    count = export_person(studio.office.desk, studio.store, person, pipe)  # type: ignore[arg-type]
    with ZipFile(io.BytesIO(pipe.taken)) as archive:
        assert archive.testzip() is None
        pictures = {name: archive.read(name) for name in archive.namelist() if name != "data.json"}
        return json.loads(archive.read("data.json")), pictures, count


def test_a_person_is_handed_their_pictures_and_all_that_is_known_of_them(busy: Studio) -> None:
    desk = busy.office.desk
    desk.grant(MOD, ADA, 3, "gift", reason="for helping")
    desk.ban(MOD, ADA.person, ADA.place, reason="shouting")
    data, pictures, count = exported(busy, ADA.person)
    assert count == Exported(pictures=7, unreadable=0)
    assert set(pictures.values()) == {
        b"photo", b"garment", b"result", b"saved photo", b"saved dress", b"waits", b"upload"
    }  # fmt: skip
    assert data["names"] == [{"platform": "discord", "user_ref": "ada"}]
    (community,) = data["communities"]
    assert (community["platform"], community["community"]) == ("discord", "guild")
    made, waits = data["jobs"]
    assert (made["state"], waits["state"], made["community"]) == ("succeeded", "cancelled", "guild")
    assert pictures[data["pictures"]["files"][made["result_key"]]] == b"result"
    assert pictures[data["pictures"]["files"][data["saved_photos"][0]["store_key"]]] == b"saved photo"
    assert data["wardrobe"][0]["name"] == "dress"
    kinds_of = [entry["kind"] for entry in data["ledger"]]
    assert sorted(kinds_of) == ["grant", "release", "reserve", "reserve", "settle"]
    assert data["consents"][0]["version"] == "1"
    assert (data["bans"][0]["reason"], data["bans"][0]["lifted"]) == ("shouting", False)
    assert [act["action"] for act in data["moderators_acts_on_you"]] == ["grant", "ban"]


def test_nothing_of_anybody_else_is_handed_out(busy: Studio) -> None:
    desk = busy.office.desk
    desk.grant(MOD, BEN, 3, "gift", reason="ben is nice")
    desk.ban(BEN.person, ADA.person, None, reason="shouting")
    desk.ban(ADA.person, BEN.person, None, reason="ben shouts back")
    data, _, _ = exported(busy, ADA.person)
    text = json.dumps(data)
    assert "ben" not in text
    assert 'moderator"' not in text.replace("your_acts_as_moderator", "")
    assert [act["action"] for act in data["your_acts_as_moderator"]] == ["ban"]
    bens = inputs_of(desk.history(BEN.person)[0])
    assert not [key for key in bens if key in text]


def test_a_picture_that_cannot_be_read_is_named_and_the_rest_is_handed_out(busy: Studio) -> None:
    (saved,) = busy.office.desk.saved_photos(ADA.person)
    os.truncate(busy.folder / saved.key, 20)
    data, pictures, count = exported(busy, ADA.person)
    assert count == Exported(pictures=6, unreadable=1)
    assert data["pictures"]["unreadable"] == {saved.key: "picture_damaged"}
    assert len(pictures) == 6


@pytest.mark.parametrize(
    ("start", "ending"),
    [(b"\x89PNG\r\n", ".png"), (b"\xff\xd8\xff\xe0", ".jpg"), (b"RIFF\0\0\0\0WEBP", ".webp"), (b"?", "")],
)
def test_pictures_have_names_that_open_by_a_click(studio: Studio, start: bytes, ending: str) -> None:
    key = studio.put(ADA, start)
    _, pictures, _ = exported(studio, ADA.person)
    assert list(pictures) == [f"pictures/{key.split('/')[1]}{ending}"]


def test_a_stranger_is_handed_nothing(studio: Studio) -> None:
    with pytest.raises(UnknownPerson):
        exported(studio, Person("discord", "nobody"))
