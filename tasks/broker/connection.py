"""A connection to Redis that answers or fails within seconds, and errors of our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kombu.exceptions import OperationalError
from redis import Redis, RedisError

from config.settings import Settings
from tasks.errors import BrokerUnavailable, OptionInvalid

# How long anybody waits for a broker that does not answer.
SOCKET_SECONDS = 5.0


def connect(settings: Settings, *, timeout: float | None = SOCKET_SECONDS) -> Redis:
    """A client; it connects when it is first used. `timeout` None: wait for messages without end.

    Raises `OptionInvalid` for an address that cannot be read.
    """
    try:
        return Redis.from_url(
            settings.redis_address(), socket_timeout=timeout, socket_connect_timeout=SOCKET_SECONDS
        )
    except ValueError:
        # The address itself may hold a password.
        raise OptionInvalid("the address of Redis must be redis://, rediss:// or unix://") from None


@contextmanager
def typed_errors() -> Iterator[None]:
    """Whatever goes wrong with Redis is a `BrokerUnavailable`."""
    try:
        yield
    except (RedisError, OperationalError, OSError) as error:
        # Only the kind: messages of the client name hosts.
        raise BrokerUnavailable(f"Redis does not answer ({type(error).__name__})") from None
