"""Small parts of a worker: when it stops, and when it rests."""

from __future__ import annotations

import os
import time

import pytest

from tasks.worker.breaker import Breaker
from tasks.worker.drain import Drain


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_breaker_opens_after_three_failures_in_a_row_only(clock: Clock) -> None:
    breaker = Breaker(3, 60, clock)
    assert [breaker.failed(), breaker.failed()] == [False, False]
    breaker.succeeded()
    assert [breaker.failed(), breaker.failed(), breaker.failed()] == [False, False, True]
    assert breaker.wait == 60


def test_after_its_rest_one_job_may_pass_and_decides(clock: Clock) -> None:
    breaker = Breaker(3, 60, clock)
    breaker.open()
    clock.now += 59
    assert breaker.wait == 1
    clock.now += 1
    assert breaker.wait == 0
    assert breaker.failed()  # One more failure is enough now.
    clock.now += 60
    breaker.succeeded()
    assert not breaker.failed()


def test_a_drain_that_was_begun_in_the_parent_is_seen_in_the_child() -> None:
    drain = Drain()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        while not drain.over:
            time.sleep(0.01)
        os.write(writing, b"over" if drain.begun else b"?")
        os._exit(0)
    assert not drain.begun
    drain.begin(0.1)
    assert drain.begun
    assert os.read(reading, 10) == b"over"
    os.waitpid(child, 0)


def test_an_earlier_end_of_a_drain_stays() -> None:
    drain = Drain()
    drain.begin(0)
    drain.begin(1000)
    assert drain.over
