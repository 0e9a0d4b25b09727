"""One job in a worker's hands, at a real desk and store: whatever happens, it is told once and paid right."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from pydantic import SecretStr

from tasks.broker.connection import connect
from tasks.broker.events import listen
from tasks.errors import DatabaseUnavailable
from tasks.records import JobState
from tasks.worker import heart as heart_module
from tasks.worker.order import EngineFault, OrderRefused
from tasks.worker.shift import Outcome
from tests.tasks.kit import ADA, BEN, Office
from tests.tasks.redis import running_redis
from tests.tasks.worker.kit import GARMENT, PERSON, PICTURE, Workshop, workshop


@pytest.fixture
def shop(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A worker whose Redis is away, which it must not mind."""
    monkeypatch.setattr(heart_module, "STEP_SECONDS", 0.01)
    office.welcome(ADA, BEN)
    return workshop(office, tmp_path, f"unix://{tmp_path}/no.sock", lease_seconds=5)


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def test_a_picture_is_made_of_the_members_own_photos_stored_and_paid_for(shop: Workshop) -> None:
    job = shop.submit(ADA, options={"seed": 7, "repaint": True})
    assert shop.shift.serve() is Outcome.SUCCEEDED
    (order,) = shop.engine.orders
    assert (order.source, order.reference, order.seed, order.options) == (
        PERSON,
        GARMENT,
        7,
        {"repaint": True},
    )
    ended = shop.job(job)
    assert ended.state is JobState.SUCCEEDED
    assert ended.result_key is not None
    account = shop.office.desk.account(ADA.person)
    assert shop.store.get(account, ended.result_key) == PICTURE
    assert shop.office.desk.quota(ADA).used == 1


def test_a_bell_without_work_does_no_harm(shop: Workshop) -> None:
    assert shop.shift.serve() is Outcome.NOTHING


def test_without_a_seed_every_attempt_draws_the_same_numbers(shop: Workshop) -> None:
    def fail() -> None:
        raise EngineFault("out_of_memory", "no memory left")

    shop.engine.ending = fail
    shop.submit(ADA)
    for _ in range(3):
        assert shop.shift.serve() is Outcome.FAULT
    assert len({order.seed for order in shop.engine.orders}) == 1


def test_photos_that_cannot_be_dressed_end_the_job_with_the_reason_and_for_free(shop: Workshop) -> None:
    def refuse() -> None:
        raise OrderRefused("person_not_found", "nobody is in this photo")

    shop.engine.ending = refuse
    job = shop.submit(ADA)
    assert shop.shift.serve() is Outcome.REFUSED
    assert (shop.job(job).state, shop.job(job).error_code) == (JobState.FAILED, "person_not_found")
    assert shop.office.desk.quota(ADA).used == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EngineFault("out_of_memory", "no memory left"), "out_of_memory"),
        (ZeroDivisionError("a mistake"), "engine_failed"),
        (SoftTimeLimitExceeded(), "too_slow"),
    ],
)
def test_our_own_faults_are_tried_again_and_after_the_last_time_told_for_free(
    shop: Workshop, error: Exception, code: str
) -> None:
    def fail() -> NoReturn:
        raise error

    shop.engine.ending = fail
    job = shop.submit(ADA)
    for attempt in (1, 2):
        assert shop.shift.serve() is Outcome.FAULT
        assert (shop.job(job).state, shop.job(job).attempt) == (JobState.QUEUED, attempt)
    assert shop.shift.serve() is Outcome.FAULT
    assert (shop.job(job).state, shop.job(job).error_code) == (JobState.FAILED, code)
    assert shop.office.desk.quota(ADA).used == 0


def test_a_cancel_is_obeyed_at_a_step_and_is_free(shop: Workshop) -> None:
    job = shop.submit(ADA)

    def cancel(step: int) -> None:
        if step == 2:
            shop.office.desk.cancel(job.id, ADA.person)
        if step == 3:
            time.sleep(0.3)  # The heart hears of it meanwhile.

    shop.engine.at_step = cancel
    assert shop.shift.serve() is Outcome.CANCELLED
    assert shop.job(job).state is JobState.CANCELLED
    assert shop.job(job).step < 4
    assert shop.office.desk.quota(ADA).used == 0


def test_a_worker_that_drains_takes_no_job_and_puts_back_what_takes_too_long(shop: Workshop) -> None:
    job = shop.submit(ADA)
    shop.engine.at_step = lambda step: shop.drain.begin(0) if step == 2 else None
    assert shop.shift.serve() is Outcome.GIVEN_BACK
    assert (shop.job(job).state, shop.job(job).attempt) == (JobState.QUEUED, 0)
    assert shop.shift.serve() is Outcome.NOTHING


def test_a_worker_that_drains_finishes_what_it_can_in_time(shop: Workshop) -> None:
    job = shop.submit(ADA)
    shop.engine.at_step = lambda step: shop.drain.begin(60) if step == 2 else None
    assert shop.shift.serve() is Outcome.SUCCEEDED
    assert shop.job(job).state is JobState.SUCCEEDED


def test_a_worker_that_was_overtaken_drops_the_job_and_changes_nothing(shop: Workshop) -> None:
    job = shop.submit(ADA)

    def lose(step: int) -> None:
        if step == 2:
            # The heart may beat in between, and keep the job once more.
            while not shop.office.desk.sweep().requeued:
                shop.office.clock.pass_time(seconds=60)
        if step == 3:
            time.sleep(0.3)

    shop.engine.at_step = lose
    assert shop.shift.serve() is Outcome.LOST
    assert (shop.job(job).state, shop.job(job).attempt) == (JobState.QUEUED, 1)


def test_a_photo_that_is_gone_fails_its_job_for_free(shop: Workshop) -> None:
    job = shop.submit(ADA)
    shop.store.delete(job.request.source_key)
    assert shop.shift.serve() is Outcome.REFUSED
    assert shop.job(job).error_code == "picture_missing"
    assert shop.office.desk.quota(ADA).used == 0


def test_a_store_that_cannot_be_written_costs_the_job_no_attempt(shop: Workshop, tmp_path: Path) -> None:
    def take_the_store_away() -> None:
        shutil.rmtree(tmp_path / "store")
        (tmp_path / "store").write_text("in the way")

    shop.engine.ending = take_the_store_away
    job = shop.submit(ADA)
    assert shop.shift.serve() is Outcome.FAULT
    assert (shop.job(job).state, shop.job(job).attempt) == (JobState.QUEUED, 0)
    assert shop.office.desk.quota(ADA).used == 1  # Reserved: it will be made.


def test_a_finished_picture_waits_for_a_database_that_is_away(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed, away = shop.office.desk.succeed, iter(range(2))

    def falter(token: int, result_key: str, pictures: Mapping[str, str]) -> object:
        for _ in away:
            raise DatabaseUnavailable("gone for a moment")
        return succeed(token, result_key, pictures)

    monkeypatch.setattr(shop.office.desk, "succeed", falter)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    job = shop.submit(ADA)
    assert shop.shift.serve() is Outcome.SUCCEEDED
    assert shop.job(job).state is JobState.SUCCEEDED


def test_steps_are_written_down_while_the_picture_is_made(shop: Workshop) -> None:
    job = shop.submit(ADA)
    seen: list[int] = []

    def look(step: int) -> None:
        if step == 4:
            wait_for(lambda: shop.job(job).step == 3)
            seen.append(shop.job(job).step)

    shop.engine.at_step = look
    shop.shift.serve()
    assert seen == [3]


def test_a_slow_step_keeps_its_job_while_there_is_progress_and_a_stuck_one_loses_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart_module, "STEP_SECONDS", 0.01)
    office.welcome(ADA)
    shop = workshop(office, tmp_path, f"unix://{tmp_path}/no.sock", lease_seconds=1, stall_seconds=1)
    beats: list[float] = []
    beat = shop.office.desk.heartbeat

    def count(token: int, step: int) -> object:
        beats.append(time.monotonic())
        return beat(token, step)

    shop.office.desk.heartbeat = count  # type: ignore[method-assign, assignment]
    shop.submit(ADA)
    stuck_at = time.monotonic() + 100

    def stick(step: int) -> None:
        nonlocal stuck_at
        if step == 1:
            stuck_at = time.monotonic()
            time.sleep(2.5)

    shop.engine.at_step = stick
    shop.shift.serve()
    # Four beats in a lease, for as long as there was progress within a second.
    during = [at for at in beats if stuck_at < at < stuck_at + 2.4]
    assert 2 <= len(during) <= 6
    assert max(during) < stuck_at + 1.8


def test_watchers_hear_of_the_start_and_the_steps_with_a_preview(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.worker.shift.TELL_SECONDS", 0)
    monkeypatch.setattr("tasks.worker.shift.PREVIEW_SECONDS", 0)
    office.welcome(ADA)
    with running_redis() as redis:
        shop = workshop(office, tmp_path, redis.url)
        hearing = listen(connect(shop.office.settings), patience=0.2)
        assert next(hearing) is None
        job = shop.submit(ADA)
        shop.shift.serve()
        heard = [event for event in (next(hearing) for _ in range(7)) if event is not None]
    assert [(event.kind, event.step, event.job_id) for event in heard] == [
        ("started", 0, job.id),
        *(("step", step, job.id) for step in range(5)),
    ]
    assert heard[-1].preview == b"preview"


def test_two_workers_share_one_queue_and_no_job_is_made_twice(office: Office, tmp_path: Path) -> None:
    askers = [ADA, BEN]
    office.welcome(*askers)
    shops = [workshop(office, tmp_path, f"unix://{tmp_path}/no.sock") for _ in range(2)]
    jobs = [shops[0].submit(askers[number % 2]) for number in range(10)]

    def work(shop: Workshop) -> None:
        idle = 0
        while idle < 20:
            idle = idle + 1 if shop.shift.serve() is Outcome.NOTHING else 0

    threads = [threading.Thread(target=work, args=(shop,)) for shop in shops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(shops[0].job(job).state is JobState.SUCCEEDED for job in jobs)
    assert sum(len(shop.engine.orders) for shop in shops) == len(jobs)


def test_the_secret_of_another_installation_opens_no_photo(shop: Workshop, tmp_path: Path) -> None:
    job = shop.submit(ADA)
    other = workshop(shop.office, tmp_path, "unix:///no.sock", secret_key=SecretStr("x" * 40))
    assert other.shift.serve() is Outcome.REFUSED
    assert shop.job(job).error_code == "picture_damaged"
