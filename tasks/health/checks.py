"""Whether a process can do its work: small questions, each with a name and a time limit of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

from redis import Redis, RedisError

# Returns None if all is well, else one word for what is wrong; an error of the desk counts as its code.
# Neither a word nor a code may tell a secret: anybody may read them. Called in a thread of its own.
Check = Callable[[], str | None]


def seen_within(seconds: float, last_seen: Callable[[], float | None]) -> Check:
    """Well while `last_seen`, on the monotonic clock, is recent; and always where it is None: nothing to do.

    So a worker is ready while it makes steps, and while it is idle.
    """

    def check() -> str | None:
        at = last_seen()
        return None if at is None or time.monotonic() - at <= seconds else "silent"

    return check


def redis_answers(client: Redis) -> Check:
    """Well while Redis answers a ping."""

    def check() -> str | None:
        try:
            client.ping()
        except RedisError:
            return "no_answer"
        return None

    return check
