"""Every answer comes, once, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bot.core import delivery
from bot.core.asking import Asking, Second, Wish
from bot.core.delivery import Delivery
from bot.core.post import Later, Unreachable
from bot.core.progress import Answer, News
from tasks.broker.events import Event
from tasks.errors import DatabaseUnavailable
from tasks.records import Control, Job
from tasks.store.store import Store
from tests.bot.kit import Worker, in_loop, photo
from tests.tasks.kit import ADA, BEN, Office


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Wall:
    """A platform: the text of each job's one message, and everything that was ever written."""

    platform: str = "discord"
    # Edits may follow at once.
    seconds: float = 0.0
    messages: dict[int, Answer | News] = field(default_factory=dict)
    written: list[tuple[int, Answer | News]] = field(default_factory=list)
    before: Callable[[Job], None] = lambda job: None
    after: Callable[[Job], None] = lambda job: None

    def edit_seconds(self, job: Job) -> float:
        return self.seconds

    async def show(self, job: Job, news: News) -> None:
        self.before(job)
        await asyncio.sleep(0)
        self._write(job, news)

    async def deliver(self, job: Job, answer: Answer) -> None:
        self.before(job)
        await asyncio.sleep(0)
        self._write(job, answer)
        self.after(job)

    def _write(self, job: Job, what: Answer | News) -> None:
        self.messages[job.id] = what
        self.written.append((job.id, what))

    def answers(self) -> list[Answer]:
        return [what for what in self.messages.values() if isinstance(what, Answer)]


def ask(office: Office, store: Store) -> Job:
    """With photos that are there."""
    office.welcome(ADA, BEN)
    owner = office.desk.account(ADA.person)
    source, reference = store.put(owner, photo("teal")), store.put(owner, photo("gold"))
    return office.submit(ADA, source_key=source, reference_key=reference)


def bringer(office: Office, store: Store, wall: Wall) -> Delivery:
    return Delivery(office.desk, store, Asking(office.desk, store, office.settings), wall, office.clock)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def bringing(office: Office, store: Store, wall: Wall) -> Delivery:
    return bringer(office, store, wall)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are looked up, and what failed is tried again, at once."""
    monkeypatch.setattr(delivery, "PLACE_SECONDS", 0.0)
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.0)


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
async def test_other_platforms_are_left_alone(office: Office, store: Store, worker: Worker) -> None:
    ask(office, store)
    worker.make()
    wall = Wall(platform="telegram")
    await bringer(office, store, wall).round()
    assert not wall.written


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
