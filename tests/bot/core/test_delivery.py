"""Every answer comes, and news before it."""

from __future__ import annotations

import pytest

from bot.core.delivery import Delivery
from bot.core.progress import News
from tasks.broker.events import Event
from tasks.store.store import Store
from tests.bot.core.wall import Wall, ask, bringer
from tests.bot.kit import Worker, in_loop, photo
from tests.tasks.kit import ADA, Office

pytestmark = pytest.mark.usefixtures("impatient")


@in_loop
async def test_a_message_lives_through_it_all(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    job = ask(office, store)
    await bringing.round()
    assert wall.messages[job.id] == News(running=False, position=0, ready_at=None)
    started, token = worker.start()
    office.desk.heartbeat(token, 10)
    await bringing.round()
    assert wall.messages[job.id] == News(running=True, step=10, steps=30)
    office.desk.succeed(token, store.put(office.desk.account(ADA.person), worker.picture))
    await bringing.round()
    (answer,) = wall.answers()
    assert answer.picture == worker.picture
    assert office.desk.job(started.id).delivered_at is not None
    await bringing.round()
    assert len(wall.written) == 3


@in_loop
async def test_steps_and_previews_that_were_heard_are_shown_before_the_row_knows_them(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    job = ask(office, store)
    worker.start()
    await bringing.round()
    bringing.hear(Event("step", job.id, 5, 30, b"jpeg"))
    bringing.hear(Event("step", job.id, 6, 30))
    bringing.hear(Event("step", 12345, 6, 30))
    await bringing.round()
    assert wall.messages[job.id] == News(running=True, step=6, steps=30, preview=b"jpeg")


@in_loop
async def test_what_does_not_change_is_not_written_again(
    office: Office, store: Store, wall: Wall, bringing: Delivery
) -> None:
    ask(office, store)
    for _ in range(3):
        await bringing.round()
    assert len(wall.written) == 1


@in_loop
async def test_edits_are_spaced_and_the_newest_wins(
    office: Office,
    store: Store,
    worker: Worker,
    wall: Wall,
    bringing: Delivery,
) -> None:
    job = ask(office, store)
    worker.start()
    wall.seconds = 60.0
    await bringing.round()
    for step in range(1, 20):
        bringing.hear(Event("step", job.id, step, 30))
        await bringing.round()
    assert len(wall.written) == 1
    # The minute is over.
    bringing._watched[job.id].next_edit = 0.0
    await bringing.round()
    assert wall.written[-1] == (job.id, News(running=True, step=19, steps=30))


@in_loop
async def test_an_answer_does_not_wait_for_the_next_edits_time(
    office: Office,
    store: Store,
    worker: Worker,
    wall: Wall,
    bringing: Delivery,
) -> None:
    wall.seconds = 60.0
    ask(office, store)
    await bringing.round()
    worker.make()
    await bringing.round()
    assert len(wall.answers()) == 1


@in_loop
async def test_a_job_that_failed_brings_its_code(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    ask(office, store)
    worker.refuse("person_not_found")
    await bringing.round()
    (answer,) = wall.answers()
    assert (answer.picture, answer.code) == (None, "person_not_found")


@in_loop
async def test_a_picture_that_is_gone_or_was_removed_is_told_instead_of_shown(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    gone, removed = ask(office, store), ask(office, store)
    made = worker.make()
    assert made.result_key is not None
    store.delete(made.result_key)
    worker.picture = photo("pink", kind="PNG")
    worker.make()
    office.desk.remove_job(None, removed.id)
    await bringing.round()
    assert {answer.job.id: answer.code for answer in wall.answers()} == {
        gone.id: "picture_gone",
        removed.id: "removed",
    }


@in_loop
async def test_other_platforms_are_left_alone(office: Office, store: Store, worker: Worker) -> None:
    ask(office, store)
    worker.make()
    wall = Wall(platform="telegram")
    await bringer(office, store, wall).round()
    assert not wall.written
