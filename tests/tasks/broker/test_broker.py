"""Bells and events over a real Redis; and what happens when it is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from tasks.broker.application import BELL, QUEUE, broker_url, make_application
from tasks.broker.bells import Bells
from tasks.broker.connection import connect
from tasks.broker.events import CHANNEL, Announcer, Event, listen
from tasks.errors import BrokerUnavailable, OptionInvalid
from tests.tasks.redis import RedisServer, running_redis


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


def settings_for(url: str) -> Settings:
    return Settings(redis_url=SecretStr(url))


def bells_at(url: str) -> Bells:
    settings = settings_for(url)
    return Bells(make_application(settings), connect(settings))


def test_bells_that_nobody_hears_wait_in_the_broker_and_say_nothing_but_that(redis: RedisServer) -> None:
    bells = bells_at(redis.url)
    assert bells.unheard() == 0
    bells.ring()
    bells.ring(2)
    assert bells.unheard() == 3
    message = connect(settings_for(redis.url)).lindex(QUEUE, 0)
    assert isinstance(message, bytes)
    assert BELL.encode() in message
    assert b'"application/json"' in message
    assert b"pickle" not in message


def test_without_a_broker_ringing_fails_within_seconds_by_a_typed_error(tmp_path: Path) -> None:
    bells = bells_at(f"unix://{tmp_path}/nobody.sock")
    began = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        bells.ring()
    with pytest.raises(BrokerUnavailable):
        bells.unheard()
    assert time.monotonic() - began < 10


def test_ringing_goes_on_when_the_broker_is_back(redis: RedisServer) -> None:
    bells = bells_at(redis.url)
    bells.ring()
    redis.kill()
    with pytest.raises(BrokerUnavailable):
        bells.ring()
    redis.start()
    bells.ring()
    assert bells.unheard() == 1  # A private Redis keeps nothing: the dispatcher rings anew.


def test_an_event_comes_to_who_listens_as_it_was_told(redis: RedisServer) -> None:
    settings = settings_for(redis.url)
    hearing = listen(connect(settings), patience=0.05)
    assert next(hearing) is None
    told = [Event("started", 7, 0, 30), Event("step", 7, 3, 30, b"\xff\xd8preview"), Event("ended", 7)]
    announcer = Announcer(connect(settings))
    assert all(announcer.tell(event) for event in told)
    heard: list[Event] = []
    while len(heard) < len(told):
        if (event := next(hearing)) is not None:
            heard.append(event)
    assert heard == told


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        "{}",
        '{"kind": "format_disk", "job": 1, "step": 0, "steps": 0, "preview": null}',
        '{"kind": "step", "job": "x", "step": 0, "steps": 0, "preview": null}',
        '{"kind": "step", "job": 1, "step": 0, "steps": 0, "preview": "not base64!"}',
        '{"kind": "step", "job": 1, "step": 0, "steps": 0, "preview": "' + "A" * 300_000 + '"}',
    ],
)
def test_what_is_no_event_is_not_heard(redis: RedisServer, message: str) -> None:
    settings = settings_for(redis.url)
    hearing = listen(connect(settings), patience=0.05)
    assert next(hearing) is None
    client = connect(settings)
    client.publish(CHANNEL, message)
    client.publish(CHANNEL, Event("ended", 1).to_json())
    heard = [event for event in (next(hearing) for _ in range(5)) if event is not None]
    assert heard == [Event("ended", 1)]


def test_an_event_that_cannot_be_told_is_dropped_and_costs_no_time(redis: RedisServer) -> None:
    announcer = Announcer(connect(settings_for(redis.url)))
    redis.kill()
    began = time.monotonic()
    assert not any(announcer.tell(Event("step", 1, step, 30)) for step in range(100))
    assert time.monotonic() - began < 3


def test_who_listens_hears_by_a_typed_error_that_redis_went_away(redis: RedisServer) -> None:
    hearing = listen(connect(settings_for(redis.url)), patience=0.05)
    assert next(hearing) is None
    redis.kill()
    with pytest.raises(BrokerUnavailable):
        list(islice(hearing, 100))


def test_celery_gets_the_address_in_its_own_words() -> None:
    assert broker_url("unix:///run/redis.sock") == "redis+socket:///run/redis.sock"
    assert broker_url("unix:///run/redis.sock?db=2") == "redis+socket:///run/redis.sock?virtual_host=2"
    assert broker_url("rediss://host:6380/1") == "rediss://host:6380/1"


def test_an_address_that_is_none_is_a_typed_error_that_does_not_show_it() -> None:
    with pytest.raises(OptionInvalid) as caught:
        connect(settings_for("http://user:hunter2@host"))
    assert "hunter2" not in str(caught.value)


def test_celery_trusts_json_only_and_leaves_bells_in_the_broker_until_the_job_has_ended() -> None:
    settings = Settings(job_seconds=100)
    conf = make_application(settings).conf
    assert conf.accept_content == ["json"]
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.worker_concurrency == 1
    assert conf.task_soft_time_limit < conf.task_time_limit < conf.visibility_timeout
    assert conf.broker_transport_options["visibility_timeout"] == conf.visibility_timeout
    assert conf.result_backend_transport_options["visibility_timeout"] == conf.visibility_timeout
    # A child that loads for minutes is not killed for it.
    assert conf.worker_proc_alive_timeout >= 600
