"""Asking for a picture: consent, photos, the desk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.asking import MAX_SEED, Asking, Change, Second, Wish, seed_of
from bot.core.errors import SeedInvalid
from tasks.errors import (
    ConsentMissing,
    ModelUnavailable,
    NotOwner,
    PictureMissing,
    PictureUnreadable,
    QuotaExceeded,
    UnknownJob,
)
from tasks.metrics import REGISTRY
from tasks.records import Control, Job, WorkerReport
from tasks.store.store import Store
from tests.bot.kit import Worker, in_loop, photo
from tests.tasks.kit import ADA, BEN, Office

SHIRT = Wish(Control.TRYON, photo("teal"), photo("gold"), "upper_body")
HERE = {"channel": "1", "message": "2"}


@pytest.fixture
def asking(office: Office, store: Store) -> Asking:
    return Asking(office.desk, store, office.settings)


def kept(store: Store) -> int:
    return len(list(store.stored()))


@in_loop
async def test_a_picture_is_asked_for_with_photos_that_only_the_asker_and_the_worker_can_read(
    asking: Asking, office: Office, store: Store
) -> None:
    office.welcome(ADA)
    job = (await asking.ask(ADA, "event", SHIRT, HERE)).job
    owner = office.desk.account(ADA.person)
    assert store.get(owner, job.request.source_key) == SHIRT.source
    assert store.get(owner, job.request.reference_key) == SHIRT.reference
    assert job.request.address == HERE
    assert seed_of(job) is not None


@in_loop
async def test_without_consent_no_photo_is_taken_in(asking: Asking, office: Office, store: Store) -> None:
    assert not await asking.consented(ADA.person)
    with pytest.raises(ConsentMissing):
        await asking.ask(ADA, "event", SHIRT, HERE)
    assert kept(store) == 0
    office.welcome(ADA)
    assert await asking.consented(ADA.person)
    office.desk.revoke_consent(ADA.person)
    with pytest.raises(ConsentMissing):
        await asking.ask(ADA, "event", SHIRT, HERE)
    assert kept(store) == 0


@in_loop
async def test_consent_to_older_terms_does_not_count(asking: Asking, office: Office, store: Store) -> None:
    office.welcome(ADA)
    newer = Asking(office.desk, store, office.settings.model_copy(update={"consent_version": "2"}))
    assert await asking.consented(ADA.person)
    assert not await newer.consented(ADA.person)


@in_loop
async def test_a_bad_photo_is_refused_and_changes_nothing(
    asking: Asking, office: Office, store: Store
) -> None:
    office.welcome(ADA)
    with pytest.raises(PictureUnreadable):
        await asking.ask(ADA, "event", replace(SHIRT, reference=b"hello"), HERE)
    assert kept(store) == 0
    assert not office.desk.history(ADA.person)


@in_loop
async def test_the_same_event_again_is_the_same_job(asking: Asking, office: Office) -> None:
    office.welcome(ADA)
    first = await asking.ask(ADA, "event", SHIRT, HERE)
    again = await asking.ask(ADA, "event", SHIRT, HERE)
    assert (first.repeated, again.repeated) == (False, True)
    assert first.job.id == again.job.id
    assert office.desk.quota(ADA).used == 1


@in_loop
async def test_the_seed_is_what_was_asked_for_or_any_that_is_valid(asking: Asking, office: Office) -> None:
    office.welcome(ADA)
    seeds = []
    for number in range(3):
        job = (await asking.ask(ADA, f"any-{number}", SHIRT, HERE)).job
        seeds.append(seed_of(job))
    assert len(set(seeds)) == 3
    assert all(seed is not None and 0 <= seed <= MAX_SEED for seed in seeds)
    chosen = replace(SHIRT, options={"seed": 7})
    assert seed_of((await asking.ask(ADA, "chosen", chosen, HERE)).job) == 7
    for wrong in (-1, MAX_SEED + 1, "7", True, 1.0):
        with pytest.raises(SeedInvalid):
            await asking.ask(ADA, "wrong", replace(SHIRT, options={"seed": wrong}), HERE)


@in_loop
async def test_each_kind_of_picture_has_its_model(asking: Asking, office: Office, store: Store) -> None:
    office.welcome(ADA)
    published = Asking(office.desk, store, office.settings.model_copy(update={"weights": "/weights"}))
    models = {}
    for number, (name, wish) in enumerate(
        {
            "top": SHIRT,
            "trousers": replace(SHIRT, garment_type="lower_body"),
            "dress": replace(SHIRT, garment_type="dresses"),
            "pose": replace(SHIRT, control=Control.POSE, garment_type=None),
        }.items()
    ):
        models[name] = (await published.ask(ADA, f"{number}", wish, HERE)).job.request.model
    assert models == {
        "top": "viton_hd",
        "trousers": "dress_code",
        "dress": "dress_code",
        "pose": "deep_fashion",
    }
    mini = await asking.ask(ADA, "mini", replace(SHIRT, garment_type="dresses"), HERE)
    assert mini.job.request.model == "viton_hd"


@in_loop
async def test_what_no_worker_has_the_weights_of_is_refused_at_once_and_costs_nothing(
    asking: Asking, office: Office, store: Store
) -> None:
    office.welcome(ADA)
    assert not await asking.lacks(Control.POSE), "nobody knows before a worker says something"
    office.desk.report_worker(WorkerReport("one", False, ["viton_hd"], 0, None, None))
    assert not await asking.lacks(Control.TRYON)
    assert await asking.lacks(Control.POSE)
    pose = replace(SHIRT, control=Control.POSE, garment_type=None)
    with pytest.raises(ModelUnavailable):
        await asking.ask(ADA, "pose", pose, HERE)
    published = Asking(office.desk, store, office.settings.model_copy(update={"weights": "/weights"}))
    with pytest.raises(ModelUnavailable):
        await published.ask(ADA, "outfit", replace(SHIRT, second=Second(photo("red"), "lower_body")), HERE)
    assert kept(store) == 0
    assert office.desk.quota(ADA).used == 0
    await asking.ask(ADA, "top", SHIRT, HERE)


async def first_picture(asking: Asking, office: Office, worker: Worker) -> Job:
    office.welcome(ADA, BEN)
    await asking.ask(ADA, "first", replace(SHIRT, options={"seed": 7, "repaint": True}), HERE)
    return worker.make()


@in_loop
async def test_once_more_keeps_all_but_the_seed(asking: Asking, office: Office, worker: Worker) -> None:
    made = await first_picture(asking, office, worker)
    more = (await asking.once_more(ADA, "more", made.id, Change(), HERE)).job.request
    assert more.parent_id == made.id
    assert (more.source_key, more.reference_key) == (made.request.source_key, made.request.reference_key)
    assert more.garment_type == "upper_body"
    assert more.options["repaint"] is True
    assert more.options["seed"] != 7


@in_loop
async def test_once_more_with_something_different(asking: Asking, office: Office, worker: Worker) -> None:
    made = await first_picture(asking, office, worker)
    change = Change(seed=8, garment_type="dresses", repaint=False, guidance_scale=3.5)
    more = (await asking.once_more(ADA, "more", made.id, change, HERE)).job.request
    assert more.garment_type == "dresses"
    assert more.options == {"seed": 8, "repaint": False, "guidance_scale": 3.5}


@in_loop
async def test_nobody_makes_a_picture_of_somebody_elses_photos(
    asking: Asking, office: Office, worker: Worker
) -> None:
    made = await first_picture(asking, office, worker)
    with pytest.raises(NotOwner):
        await asking.once_more(BEN, "more", made.id, Change(), HERE)
    with pytest.raises(UnknownJob):
        await asking.once_more(BEN, "more", 999, Change(), HERE)


@in_loop
async def test_once_more_without_the_photos_says_so(
    asking: Asking, office: Office, store: Store, worker: Worker
) -> None:
    made = await first_picture(asking, office, worker)
    store.delete(made.request.source_key)
    with pytest.raises(PictureMissing):
        await asking.once_more(ADA, "more", made.id, Change(), HERE)


@in_loop
async def test_what_is_refused_by_the_desk_costs_nothing(office: Office, store: Store) -> None:
    office = office.with_settings(member_limit=1)
    asking = Asking(office.desk, store, office.settings)
    office.welcome(ADA)
    await asking.ask(ADA, "one", SHIRT, HERE)
    before = REGISTRY.get_sample_value("giydir_refusals_total", {"code": "quota_exceeded"}) or 0
    with pytest.raises(QuotaExceeded) as refused:
        await asking.ask(ADA, "two", SHIRT, HERE)
    assert REGISTRY.get_sample_value("giydir_refusals_total", {"code": "quota_exceeded"}) == before + 1
    assert refused.value.retry_at is not None
    assert office.desk.quota(ADA).used == 1
