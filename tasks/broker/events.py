"""What happens to jobs, told while it happens: by Redis' publish and subscribe, which forgets at once.

Whoever missed an event reads the job's row. Messages are JSON; previews are small pictures, and go to those
who listen now and nowhere else.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from redis import Redis
from redis.client import PubSub

from tasks.broker.connection import typed_errors
from tasks.errors import BrokerUnavailable

CHANNEL = "giydir:events"
MAX_MESSAGE = 256 * 1024  # bytes; a preview has a few thousand
# After a failure nothing is tried for a while: a job must not wait for those who watch it.
_QUIET_SECONDS = 5.0

Kind = Literal["queued", "started", "step", "cancelling", "ended"]
_KINDS = ("queued", "started", "step", "cancelling", "ended")


@dataclass(frozen=True)
class Event:
    """Something happened to a job. `step` of `steps` are done; `preview` is a small JPEG."""

    kind: Kind
    job_id: int
    step: int = 0
    steps: int = 0
    preview: bytes | None = None

    def to_json(self) -> str:
        preview = None if self.preview is None else base64.b64encode(self.preview).decode("ascii")
        fields = {
            "kind": self.kind,
            "job": self.job_id,
            "step": self.step,
            "steps": self.steps,
            "preview": preview,
        }
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: bytes) -> Event | None:
        """`None` for what is no event: anybody with access to Redis may publish."""
        if len(text) > MAX_MESSAGE:
            return None
        try:
            fields = json.loads(text)
            preview = fields["preview"]
            event = cls(
                fields["kind"],
                int(fields["job"]),
                int(fields["step"]),
                int(fields["steps"]),
                None if preview is None else base64.b64decode(preview, validate=True),
            )
        except (ValueError, KeyError, TypeError, binascii.Error):
            return None
        return event if event.kind in _KINDS else None


class Announcer:
    """Publishes events. It never raises: an event that cannot be told is not told."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._quiet_until = 0.0

    def tell(self, event: Event) -> bool:
        """Whether it was published."""
        if time.monotonic() < self._quiet_until:
            return False
        try:
            with typed_errors():
                self._redis.publish(CHANNEL, event.to_json())
        except BrokerUnavailable:
            self._quiet_until = time.monotonic() + _QUIET_SECONDS
            return False
        return True


def listen(redis: Redis, *, patience: float = 1.0) -> Iterator[Event | None]:
    """Events from now on; `None` after each `patience` seconds without one. Raises `BrokerUnavailable`."""
    with typed_errors(), closing(_subscription(redis)) as subscription:
        subscription.subscribe(CHANNEL)
        while True:
            message = subscription.get_message(timeout=patience)
            if message is None or not isinstance(message["data"], bytes):
                yield None
            elif (event := Event.from_json(message["data"])) is not None:
                yield event


def _subscription(redis: Redis) -> PubSub:
    subscription: PubSub = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    return subscription
