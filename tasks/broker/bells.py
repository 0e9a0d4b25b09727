"""Bells: messages that say that a job may be waiting."""

from __future__ import annotations

from celery import Celery
from redis import Redis

from tasks.broker.application import BELL, QUEUE
from tasks.broker.connection import typed_errors


class Bells:
    """Rings for workers, and counts the bells that nobody has heard yet. One thread at a time."""

    def __init__(self, application: Celery, redis: Redis) -> None:
        self._application = application
        self._redis = redis

    def ring(self, times: int = 1) -> None:
        """Raises `BrokerUnavailable` within seconds; some of the bells may then have been rung."""
        with typed_errors(), self._application.producer_or_acquire() as producer:
            for _ in range(times):
                self._application.send_task(
                    BELL, queue=QUEUE, producer=producer, retry=False, ignore_result=True
                )

    def unheard(self) -> int:
        """Bells in the broker that no worker has taken. Raises `BrokerUnavailable`."""
        with typed_errors():
            length = self._redis.llen(QUEUE)
        assert isinstance(length, int)
        return length
