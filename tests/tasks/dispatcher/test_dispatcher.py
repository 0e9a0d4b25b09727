"""What waits in the database is told, once at least; what is away is waited for, and nothing gets lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from tasks.broker.application import make_application
from tasks.broker.bells import Bells
from tasks.broker.connection import connect
from tasks.broker.events import Announcer, Event, listen
from tasks.dispatcher.relay import Relay
from tasks.dispatcher.rounds import Rounds
from tasks.errors import BrokerUnavailable
from tasks.records import Asker, Job, JobState
from tasks.store.store import Store
from tests.tasks.kit import ADA, BEN, Office, result_of
from tests.tasks.redis import RedisServer, running_redis


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


class Dispatch:
    """A dispatcher's parts at a real desk, store and Redis."""

    def __init__(self, office: Office, redis: RedisServer, folder: Path) -> None:
        self.office = office.with_settings(
            redis_url=SecretStr(redis.url), store_url=SecretStr(f"file://{folder}/store"), sweep_seconds=0.1
        )
        settings = self.office.settings
        self.store = Store.open(settings)
        self.bells = Bells(make_application(settings), connect(settings))
        self.relay = Relay(self.office.desk, self.store, self.bells, Announcer(connect(settings)))
        self.rounds = Rounds(self.office.desk, self.store, self.relay, settings)

    def submit(self, asker: Asker, photo: bytes = b"person") -> Job:
        account = self.office.desk.account(asker.person)
        keys = {
            name: self.store.put(account, photo + name.encode()) for name in ("source_key", "reference_key")
        }
        # Photos are of the real time; a job is asked for after they are there.
        self.office.clock.now = datetime.now(UTC)
        return self.office.submit(asker, **keys)

    def kept(self) -> set[str]:
        return {one.key for one in self.store.stored()}


@pytest.fixture
def dispatch(office: Office, redis: RedisServer, tmp_path: Path) -> Dispatch:
    office.welcome(ADA, BEN)
    return Dispatch(office, redis, tmp_path)


def test_each_accepted_job_rings_once_and_its_row_goes(dispatch: Dispatch) -> None:
    dispatch.submit(ADA)
    dispatch.submit(BEN)
    assert dispatch.relay.pass_on() == 2
    assert dispatch.bells.unheard() == 2
    assert dispatch.office.desk.read_outbox() == []
    assert dispatch.relay.pass_on() == 0


def test_watchers_are_told_and_inputs_go_when_a_job_ends(dispatch: Dispatch) -> None:
    hearing = listen(connect(dispatch.office.settings), patience=0.3)
    assert next(hearing) is None
    job = dispatch.submit(ADA)
    dispatch.relay.pass_on()
    assert dispatch.kept() == {job.request.source_key, job.request.reference_key}
    dispatch.office.desk.fail(dispatch.office.claim().token, "person_not_found")
    dispatch.relay.pass_on()
    assert dispatch.kept() == set()
    assert [next(hearing), next(hearing)] == [Event("queued", job.id), Event("ended", job.id)]


def test_photos_of_a_job_that_still_waits_stay(dispatch: Dispatch) -> None:
    first, second = dispatch.submit(ADA), dispatch.submit(ADA)
    assert first.request.source_key == second.request.source_key
    dispatch.office.desk.cancel(first.id, ADA.person)
    dispatch.relay.pass_on()
    assert second.request.source_key in dispatch.kept()


def test_without_a_broker_the_rows_stay_until_it_is_back(dispatch: Dispatch, redis: RedisServer) -> None:
    redis.kill()
    dispatch.submit(ADA)
    for _ in range(2):
        with pytest.raises(BrokerUnavailable):
            dispatch.relay.pass_on()
    assert len(dispatch.office.desk.read_outbox()) == 1
    redis.start()
    dispatch.relay.pass_on()
    assert dispatch.bells.unheard() == 1


def test_a_lost_bell_is_rung_again_and_a_heard_one_is_not(dispatch: Dispatch, redis: RedisServer) -> None:
    dispatch.submit(ADA)
    dispatch.relay.pass_on()
    dispatch.relay.top_up()
    assert dispatch.bells.unheard() == 1
    redis.kill()
    redis.start()
    assert dispatch.bells.unheard() == 0
    dispatch.relay.top_up()
    dispatch.relay.top_up()
    assert dispatch.bells.unheard() == 1


def test_the_next_job_of_a_member_rings_as_soon_as_the_one_before_has_ended(dispatch: Dispatch) -> None:
    dispatch.submit(ADA, b"one")
    dispatch.submit(ADA, b"two")
    dispatch.relay.pass_on()
    connect(dispatch.office.settings).flushall()  # Both bells were heard while one job could run.
    claim = dispatch.office.claim()
    dispatch.office.desk.succeed(claim.token, result_of(claim))
    dispatch.relay.pass_on()
    assert dispatch.bells.unheard() == 1


def test_while_the_queue_is_paused_nobody_is_woken(dispatch: Dispatch) -> None:
    dispatch.office.desk.pause_all(None)
    dispatch.submit(ADA)
    dispatch.relay.pass_on()
    connect(dispatch.office.settings).flushall()
    dispatch.relay.top_up()
    assert dispatch.bells.unheard() == 0


def test_the_rounds_take_a_lost_workers_job_and_go_on_after_an_outage(
    dispatch: Dispatch, redis: RedisServer
) -> None:
    stopping = threading.Event()
    rounds = threading.Thread(target=dispatch.rounds.run, args=(stopping,))
    rounds.start()
    try:
        job = dispatch.submit(ADA)
        wait_for(lambda: dispatch.office.desk.read_outbox() == [])
        redis.kill()
        dispatch.office.claim()
        dispatch.office.clock.pass_time(seconds=3600)
        wait_for(lambda: dispatch.office.desk.job(job.id).state is JobState.QUEUED)
        redis.start()
        wait_for(lambda: dispatch.bells.unheard() > 0)
    finally:
        stopping.set()
        rounds.join()


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
