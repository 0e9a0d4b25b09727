"""What a member waits for is sent a little later where Telegram says that there is too much at the moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

_MOST_SECONDS = 60.0


def seconds_of(limited: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    wait = limited.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


class Patience(BaseRateLimiter[None]):
    """Waits as long as Telegram says, once, and asks again. Edits are the delivery's, which has a time of its
    own for each message, and does not hold others up meanwhile."""

    async def initialize(self) -> None:
        """There is nothing to begin with."""

    async def shutdown(self) -> None:
        """Nothing is open."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as limited:
            seconds = seconds_of(limited)
            if endpoint.startswith("edit") or seconds > _MOST_SECONDS:
                raise
            await asyncio.sleep(seconds + 0.1)
        return await callback(*args, **kwargs)
