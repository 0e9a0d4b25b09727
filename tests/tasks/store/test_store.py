"""Pictures put, got and deleted: by whom, under which names, and what can be read without the secret."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.settings import Settings
from tasks.errors import (
    NotOwner,
    OptionInvalid,
    PictureDamaged,
    PictureMissing,
    PictureTooLarge,
    SettingMissing,
    StoreUnavailable,
)
from tasks.store.cipher import Cipher
from tasks.store.keys import owner_of
from tasks.store.store import Store
from tests.tasks.store.kit import ADA, BEN, PICTURE, SECRET, files_in, open_store

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """In a folder, and behind a driver of fsspec's that is no local disk."""
    url = SecretStr(f"{request.param}://{tmp_path}/pictures")
    return Store.open(Settings(store_url=url, secret_key=SECRET, max_picture_mb=1))


def test_a_picture_comes_back_as_it_was_put(store: Store) -> None:
    key = store.put(ADA, PICTURE)
    assert owner_of(key) == ADA
    assert store.get(ADA, key) == PICTURE


@given(picture=st.binary(max_size=200))
def test_any_bytes_are_unsealed_as_they_were_sealed(picture: bytes) -> None:
    cipher = Cipher(SECRET)
    key = cipher.key_of(ADA, picture)
    assert cipher.unseal(key, cipher.seal(key, picture)) == picture


def test_the_same_picture_of_the_same_owner_is_kept_once(store: Store) -> None:
    assert store.put(ADA, PICTURE) == store.put(ADA, PICTURE)
    assert store.put(ADA, PICTURE) != store.put(ADA, PICTURE + b"!")
    assert len(list(store.stored())) == 2


def test_keys_tell_nothing_without_the_secret_and_differ_between_owners(tmp_path: Path) -> None:
    one, other = open_store(tmp_path), open_store(tmp_path, SecretStr("another secret, long enough for us"))
    names = [store.put(owner, PICTURE).split("/")[1] for store in (one, other) for owner in (ADA, BEN)]
    assert len(set(names)) == 4


def test_what_is_there_is_listed_with_owner_size_and_time(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    keys = {store.put(ADA, PICTURE), store.put(ADA, b"two"), store.put(BEN, PICTURE)}
    listed = list(store.stored())
    assert {stored.key for stored in listed} == keys
    assert {stored.account_id for stored in store.stored(ADA)} == {ADA}
    assert all(before <= stored.modified <= datetime.now(UTC) for stored in listed)
    assert sorted(stored.size for stored in listed)[0] == len(b"two") + 29


def test_an_empty_store_is_a_store_with_nothing_in_it(store: Store) -> None:
    assert list(store.stored()) == []
    with pytest.raises(PictureMissing):
        store.get(ADA, f"{ADA}/{'0' * 64}")
    assert not store.delete(f"{ADA}/{'0' * 64}")
    assert store.delete_owner(ADA) == 0


def test_a_deleted_picture_is_gone(store: Store) -> None:
    key = store.put(ADA, PICTURE)
    assert [store.delete(key), store.delete(key)] == [True, False]
    with pytest.raises(PictureMissing):
        store.get(ADA, key)


def test_an_owners_pictures_are_deleted_together_and_nobody_elses(store: Store) -> None:
    for number in range(3):
        store.put(ADA, bytes([number]))
    kept = store.put(BEN, PICTURE)
    assert store.delete_owner(ADA) == 3
    assert [stored.key for stored in store.stored()] == [kept]


def test_a_picture_that_was_put_since_is_not_deleted_as_old(store: Store) -> None:
    key = store.put(ADA, PICTURE)
    since = datetime.now(UTC)
    assert not store.delete(key, older_than=LONG_AGO)
    store.put(ADA, PICTURE)
    assert not store.delete(key, older_than=since)
    assert store.delete(key, older_than=datetime.now(UTC) + timedelta(seconds=1))


def test_nobody_gets_another_owners_picture(store: Store) -> None:
    key = store.put(ADA, PICTURE)
    with pytest.raises(NotOwner):
        store.get(BEN, key)
    with pytest.raises(PictureMissing):
        store.get(BEN, key.replace("1/", "2/", 1))


TRICKS = [
    "",
    "1",
    "1/",
    "1/../2/" + "a" * 64,
    "../1/" + "a" * 64,
    "/1/" + "a" * 64,
    "1/" + "a" * 63,
    "1/" + "A" * 64,
    "1/" + "a" * 64 + "\n",
    "1/" + "a" * 64 + "/..",
    "1/" + "a" * 63 + "\0",
    "01/" + "a" * 64,
    "\N{ARABIC-INDIC DIGIT ONE}/" + "a" * 64,
    "-1/" + "a" * 64,
    "file:///etc/passwd",
    ".unfinished/x",
]


@pytest.mark.parametrize("key", TRICKS)
def test_what_is_no_key_never_becomes_a_path(store: Store, key: str) -> None:
    with pytest.raises(NotOwner):
        store.get(ADA, key)
    assert not store.delete(key)
    assert owner_of(key) is None


@pytest.mark.parametrize("account_id", [0, -1, 10**19])
def test_pictures_of_nobody_are_not_kept(store: Store, account_id: int) -> None:
    with pytest.raises(NotOwner):
        store.put(account_id, PICTURE)
    assert list(store.stored()) == []


def test_a_picture_may_be_as_large_as_the_setting_says_and_no_larger(store: Store) -> None:
    largest = bytes(1_000_000)
    assert store.get(ADA, store.put(ADA, largest)) == largest
    with pytest.raises(PictureTooLarge):
        store.put(ADA, largest + b"!")
    assert len(list(store.stored())) == 1


def test_a_file_that_grew_is_not_read_further_than_a_picture_may_be(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    os.truncate(tmp_path / key, 50 * 10**9)  # sparse
    with pytest.raises(PictureTooLarge):
        store.get(ADA, key)


def test_nothing_of_the_picture_lies_on_the_disk_and_others_may_not_look(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    key = open_store(folder).put(ADA, PICTURE)
    assert files_in(folder) == [folder / key]
    assert PICTURE[:16] not in (folder / key).read_bytes()
    for path in (folder, folder / str(ADA), folder / key):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_the_same_picture_put_twice_is_not_sealed_alike(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    once = (tmp_path / key).read_bytes()
    store.put(ADA, PICTURE)
    assert (tmp_path / key).read_bytes() != once


@pytest.mark.parametrize("where", [0, 1, 12, 13, 100, -1])
def test_a_changed_byte_anywhere_is_found(tmp_path: Path, where: int) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    sealed = bytearray((tmp_path / key).read_bytes())
    sealed[where] ^= 1
    (tmp_path / key).write_bytes(sealed)
    with pytest.raises(PictureDamaged):
        store.get(ADA, key)


@pytest.mark.parametrize("length", [0, 1, 12, 28, 29, 500])
def test_a_file_that_was_cut_off_is_found(tmp_path: Path, length: int) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    os.truncate(tmp_path / key, length)
    with pytest.raises(PictureDamaged):
        store.get(ADA, key)


def test_a_file_cannot_stand_for_another_of_the_same_owner_or_of_somebody_else(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key, other, bens = store.put(ADA, PICTURE), store.put(ADA, b"other"), store.put(BEN, PICTURE)
    for owner, moved in ((ADA, other), (BEN, bens)):
        (tmp_path / moved).write_bytes((tmp_path / key).read_bytes())
        with pytest.raises(PictureDamaged):
            store.get(owner, moved)


def test_under_another_secret_nothing_can_be_read(tmp_path: Path) -> None:
    key = open_store(tmp_path).put(ADA, PICTURE)
    with pytest.raises(PictureDamaged, match="another secret key"):
        open_store(tmp_path, SecretStr("another secret, long enough for us")).get(ADA, key)


def test_putting_a_damaged_picture_again_mends_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    os.truncate(tmp_path / key, 10)
    store.put(ADA, PICTURE)
    assert store.get(ADA, key) == PICTURE


def test_without_a_secret_there_is_no_store() -> None:
    with pytest.raises(SettingMissing, match="GIYDIR_SECRET_KEY"):
        Store.open(Settings())


def test_the_default_address_is_in_the_folder_where_the_store_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store.open(Settings(secret_key=SECRET))
    monkeypatch.chdir("/")
    assert (tmp_path / "var/store" / store.put(ADA, PICTURE)).is_file()


def test_a_missing_driver_is_named() -> None:
    settings = Settings(store_url=SecretStr("s3://key:hunter2@bucket/pictures"), secret_key=SECRET)
    with pytest.raises(StoreUnavailable, match="s3fs") as caught:
        Store.open(settings)
    assert "hunter2" not in str(caught.value)


def test_an_address_of_an_unknown_kind_is_said_without_showing_it() -> None:
    settings = Settings(store_url=SecretStr("hunter2://ada:hunter2@host"), secret_key=SECRET)
    with pytest.raises(OptionInvalid) as caught:
        Store.open(settings)
    assert "hunter2" not in str(caught.value)


def test_secrets_show_in_no_text_made_of_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    assert SECRET.get_secret_value() not in f"{store!r} {vars(store)!r} {vars(store._cipher)!r}"


def test_files_that_are_no_pictures_are_left_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    key = store.put(ADA, PICTURE)
    for stray in ("README", "1/notes.txt", "lost+found/x"):
        (tmp_path / stray).parent.mkdir(exist_ok=True)
        (tmp_path / stray).write_text("not ours")
    assert [stored.key for stored in store.stored()] == [key]
