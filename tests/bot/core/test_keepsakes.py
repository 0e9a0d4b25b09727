"""What members keep, without a platform."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.core.affairs import Affairs
from bot.core.errors import NoSavedPhoto
from bot.core.keepsakes import Keepsakes
from tasks.errors import (
    ConsentMissing,
    NotOwner,
    PictureMissing,
    PictureUnreadable,
    TooManySaved,
    UnknownItem,
)
from tasks.keeping.expiry import drop_inputs
from tasks.store.store import Store
from tests.bot.kit import Worker, in_loop, photo
from tests.tasks.kit import ADA, BEN, Office

ME, SHIRT = photo("teal"), photo("gold")


@pytest.fixture
def keepsakes(office: Office, store: Store) -> Keepsakes:
    return Keepsakes(office.desk, store, office.settings)


@pytest.fixture
def affairs(office: Office, store: Store) -> Affairs:
    return Affairs(office.desk, store, office.settings, office.clock)


def kept(store: Store) -> int:
    return len(list(store.stored()))


def let_age(folder: Path) -> None:
    for file in (folder / "store").glob("*/*"):
        os.utime(file, (0, 0))


@in_loop
async def test_nothing_is_taken_in_without_consent_or_unseen(
    keepsakes: Keepsakes, office: Office, store: Store
) -> None:
    with pytest.raises(ConsentMissing):
        await keepsakes.save_photo(ADA, ME)
    office.welcome(ADA)
    with pytest.raises(PictureUnreadable):
        await keepsakes.add_garment(ADA, "shirt", "upper_body", b"hello")
    assert kept(store) == 0


@in_loop
async def test_one_photo_is_kept_and_is_nobody_elses(
    keepsakes: Keepsakes, office: Office, store: Store, tmp_path: Path
) -> None:
    office.welcome(ADA)
    await keepsakes.save_photo(ADA, SHIRT)
    let_age(tmp_path)
    await keepsakes.save_photo(ADA, ME)
    await keepsakes.save_photo(ADA, ME)
    assert await keepsakes.photo(ADA.person) == ME
    assert kept(store) == 1
    assert not await keepsakes.has_photo(BEN.person)
    with pytest.raises(NoSavedPhoto):
        await keepsakes.photo(BEN.person)
    let_age(tmp_path)
    await keepsakes.remove_photo(ADA.person)
    assert kept(store) == 0


@in_loop
async def test_a_photo_that_cannot_be_saved_leaves_the_one_before(office: Office, store: Store) -> None:
    office.welcome(ADA)
    full = office.with_settings(wardrobe_max=1)
    keepsakes = Keepsakes(full.desk, store, full.settings)
    await keepsakes.add_garment(ADA, "shirt", "upper_body", SHIRT)
    with pytest.raises(TooManySaved):
        await keepsakes.add_garment(ADA, "other", "upper_body", ME)
    none = office.with_settings(saved_photos_max=0)
    await keepsakes.save_photo(ADA, ME)
    with pytest.raises(TooManySaved):
        await Keepsakes(none.desk, store, none.settings).save_photo(ADA, SHIRT)
    assert await keepsakes.photo(ADA.person) == ME


@in_loop
async def test_garments_are_found_by_their_names(keepsakes: Keepsakes, office: Office) -> None:
    office.welcome(ADA)
    await keepsakes.add_garment(ADA, "  red   shirt ", "upper_body", SHIRT)
    garment, picture = await keepsakes.garment(ADA.person, "red shirt")
    assert (garment.garment_type, picture) == ("upper_body", SHIRT)
    with pytest.raises(UnknownItem):
        await keepsakes.garment(BEN.person, "red shirt")
    await keepsakes.remove_garment(ADA.person, "red shirt")
    assert not await keepsakes.wardrobe(ADA.person)


@in_loop
async def test_another_go_is_possible_while_photos_are_kept_and_not_after(
    keepsakes: Keepsakes, affairs: Affairs, office: Office, store: Store, worker: Worker, tmp_path: Path
) -> None:
    await affairs.agree(ADA.person, keep_inputs=True)
    assert (await affairs.standing(ADA.person)).keep_inputs
    owner = office.desk.account(ADA.person)
    keys = {"source_key": store.put(owner, ME), "reference_key": store.put(owner, SHIRT)}
    office.submit(ADA, **keys)
    job = worker.make()
    let_age(tmp_path)
    drop_inputs(office.desk, store, job.id)
    assert await affairs.may_go_again(job)
    with pytest.raises(NotOwner):
        await keepsakes.add_garment_of(BEN, job, "hers")
    await keepsakes.add_garment_of(ADA, job, "mine")
    await affairs.choose_inputs(ADA.person, keep=False)
    assert not await affairs.may_go_again(job)
    with pytest.raises(PictureMissing):
        await affairs.check_inputs(job)
    let_age(tmp_path)
    await affairs.choose_inputs(ADA.person, keep=False)
    assert {stored.key for stored in store.stored()} == {job.result_key, keys["reference_key"]}
