"""Every answer comes, once, whatever dies or is away in between."""

from __future__ import annotations

import asyncio

import pytest

from bot.core import delivery
from bot.core.delivery import Delivery
from bot.core.post import Later, Unreachable
from bot.core.progress import Answer, News
from tasks.errors import DatabaseUnavailable
from tasks.records import Job
from tasks.store.store import Store
from tests.bot.core.wall import Killed, Wall, ask, bringer
from tests.bot.kit import Worker, in_loop
from tests.tasks.kit import Office

pytestmark = pytest.mark.usefixtures("impatient")


@in_loop
async def test_a_bot_that_dies_before_it_posted_leaves_the_answer_to_the_next(
    office: Office, store: Store, worker: Worker
) -> None:
    ask(office, store)
    worker.make()

    def die(job: Job) -> None:
        raise Killed

    with pytest.raises(Killed):
        await bringer(office, store, Wall(before=die)).round()
    wall = Wall()
    await bringer(office, store, wall).round()
    assert len(wall.answers()) == 1


@in_loop
async def test_a_bot_that_dies_between_posting_and_saying_so_brings_it_onto_the_same_message(
    office: Office, store: Store, worker: Worker
) -> None:
    job = ask(office, store)
    worker.make()

    def die(job: Job) -> None:
        raise Killed

    wall = Wall(after=die)
    with pytest.raises(Killed):
        await bringer(office, store, wall).round()
    assert office.desk.job(job.id).delivered_at is None
    wall.after = lambda job: None
    await bringer(office, store, wall).round()
    assert [answer.job.id for answer in wall.answers()] == [job.id]
    assert wall.written[0] == wall.written[1], "the second edit is the same"
    await bringer(office, store, wall).round()
    assert len(wall.written) == 2


@in_loop
async def test_what_the_platform_cannot_take_now_is_brought_later(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    ask(office, store)
    worker.make()

    def refuse(job: Job) -> None:
        raise Later(0.0)

    wall.before = refuse
    await bringing.round()
    assert not wall.written
    wall.before = lambda job: None
    await asyncio.sleep(0.15)
    await bringing.round()
    assert len(wall.answers()) == 1


@in_loop
async def test_where_nobody_can_be_reached_the_answer_counts_as_brought(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    job = ask(office, store)

    def refuse(job: Job) -> None:
        raise Unreachable("message deleted")

    wall.before = refuse
    await bringing.round()
    worker.make()
    await bringing.round()
    assert office.desk.job(job.id).delivered_at is not None
    assert not office.desk.undelivered("discord")


@in_loop
async def test_one_answer_that_we_cannot_write_does_not_hold_up_the_others(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    first, second = ask(office, store), ask(office, store)
    worker.make()
    worker.make()

    def stumble(job: Job) -> None:
        if job.id == first.id:
            raise ZeroDivisionError

    wall.before = stumble
    await bringing.round()
    assert [answer.job.id for answer in wall.answers()] == [second.id]
    wall.before = lambda job: None
    await bringing.round()
    assert sorted(answer.job.id for answer in wall.answers()) == [first.id, second.id]


@in_loop
async def test_a_late_progress_never_overwrites_the_answer(
    office: Office, store: Store, worker: Worker, wall: Wall, bringing: Delivery
) -> None:
    job = ask(office, store)
    _, token = worker.start()
    slow = asyncio.Event()

    async def show(shown: Job, news: News) -> None:
        await slow.wait()
        wall._write(shown, news)

    wall.show = show  # type: ignore[assignment, method-assign]
    await bringing.begin_round()
    await asyncio.sleep(0.05)
    office.desk.fail(token, "back_view")
    bringing.wake()
    await bringing.begin_round()
    slow.set()
    await bringing.finish()
    await bringing.round()
    assert isinstance(wall.messages[job.id], Answer)


@in_loop
async def test_the_loop_goes_on_while_the_database_is_away_and_ends_when_cancelled(
    office: Office,
    store: Store,
    worker: Worker,
    wall: Wall,
    bringing: Delivery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "ROUND_SECONDS", 0.01)
    ask(office, store)
    worker.make()
    there = office.desk.undelivered
    tries = 0

    def away(platform: str, limit: int = 100) -> list[Job]:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise DatabaseUnavailable("away")
        return list(there(platform, limit))

    monkeypatch.setattr(office.desk, "undelivered", away)
    running = asyncio.create_task(bringing.run())
    async with asyncio.timeout(10):
        while not wall.answers():
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert bringing.last_round is not None


@in_loop
async def test_it_ends_when_it_is_told_to_at_the_moment_at_which_it_is_woken(bringing: Delivery) -> None:
    running = asyncio.create_task(bringing.run())
    while bringing.last_round is None:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    bringing.wake()
    running.cancel()
    await asyncio.wait([running], timeout=10)
    assert running.cancelled()
