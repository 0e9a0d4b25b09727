"""An outfit: two jobs, and one message."""

from __future__ import annotations

import pytest

from bot.core.affairs import Affairs
from bot.core.asking import Asking, Second, Wish
from tasks.records import Control
from tasks.store.store import Store
from tests.bot.core.wall import Killed, Wall, bringer
from tests.bot.kit import Worker, in_loop, photo
from tests.tasks.kit import ADA, Office

pytestmark = pytest.mark.usefixtures("impatient")


OUTFIT = Wish(
    Control.TRYON, photo("teal"), photo("gold"), "upper_body", second=Second(photo("navy"), "lower_body")
)


async def ask_for_outfit(office: Office, store: Store) -> None:
    office.welcome(ADA)
    asking = Asking(office.desk, store, office.settings)
    await asking.ask(ADA, "event", OUTFIT, {"message": "1"})


@in_loop
async def test_an_outfit_is_two_jobs_and_one_message(
    office: Office, store: Store, worker: Worker, wall: Wall
) -> None:
    await ask_for_outfit(office, store)
    worker.picture = photo("pink", kind="PNG")
    first = worker.make()
    await bringer(office, store, wall).round()
    assert not wall.answers(), "half an outfit is not shown"
    assert office.desk.job(first.id).delivered_at is not None
    newest = office.desk.history(ADA.person)[0]
    owner = office.desk.account(ADA.person)
    assert newest.request.garment_type == "lower_body"
    assert newest.request.parent_id == first.id
    assert newest.request.address["message"] == "1"
    assert store.get(owner, newest.request.source_key) == worker.picture, "on the picture with the top"
    assert store.get(owner, newest.request.reference_key) == photo("navy")
    worker.picture = photo("crimson", kind="PNG")
    worker.make()
    await bringer(office, store, wall).round()
    (answer,) = wall.answers()
    assert answer.picture == worker.picture
    assert office.desk.quota(ADA).used == 2


@in_loop
async def test_the_members_own_photo_and_both_garments_are_compared(
    office: Office, store: Store, worker: Worker, wall: Wall
) -> None:
    await ask_for_outfit(office, store)
    office.desk.choose_inputs(ADA.person, keep=True)
    worker.make()
    await bringer(office, store, wall).round()
    second = worker.make()
    affairs = Affairs(office.desk, store, office.settings, office.clock)
    assert await affairs.inputs(second) == (photo("teal"), photo("gold"), photo("navy"))


@in_loop
async def test_a_bot_that_dies_between_the_two_garments_asks_for_the_second_once(
    office: Office, store: Store, worker: Worker, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask_for_outfit(office, store)
    worker.make()

    def die(job_id: int) -> bool:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(office.desk, "mark_delivered", die)
        with pytest.raises(Killed):
            await bringer(office, store, wall).round()
    await bringer(office, store, wall).round()
    assert len(office.desk.history(ADA.person)) == 2


@in_loop
async def test_where_the_second_garment_fails_the_first_is_shown_and_why(
    office: Office, store: Store, worker: Worker, wall: Wall
) -> None:
    await ask_for_outfit(office, store)
    made = worker.make()
    await bringer(office, store, wall).round()
    worker.refuse("garment_not_found")
    await bringer(office, store, wall).round()
    (answer,) = wall.answers()
    assert (answer.job.id, answer.missing) == (made.id, "garment_not_found")
    assert answer.picture == worker.picture


@in_loop
async def test_where_no_picture_is_left_for_the_second_garment_the_first_is_shown(
    office: Office, store: Store, worker: Worker, wall: Wall
) -> None:
    office = office.with_settings(member_limit=1)
    worker.office = office
    await ask_for_outfit(office, store)
    worker.make()
    await bringer(office, store, wall).round()
    (answer,) = wall.answers()
    assert answer.missing == "quota_exceeded"
    assert answer.picture == worker.picture


@in_loop
async def test_the_second_garment_waits_for_the_cooldown(
    office: Office, store: Store, worker: Worker, wall: Wall
) -> None:
    office = office.with_settings(cooldown_seconds=60)
    worker.office = office
    await ask_for_outfit(office, store)
    worker.make()
    await bringer(office, store, wall).round()
    assert not wall.written
    office.clock.pass_time(seconds=61)
    await bringer(office, store, wall).round()
    assert len(office.desk.history(ADA.person)) == 2
