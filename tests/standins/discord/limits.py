"""Discord's rate limits: buckets per route and major parameter, and one limit over all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from tests.standins.clock import Clock

# An interaction is answered under its own token, so that each has its own bucket.
MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")


@dataclass
class Window:
    ends: float
    used: int = 0


@dataclass(frozen=True)
class Verdict:
    """The headers of an answer, and the body of a 429 where the request came too early."""

    headers: dict[str, str]
    refusal: dict[str, Any] | None = None


@dataclass
class Limits:
    """`by_route`: requests and seconds of a route, as "GET /channels/{channel_id}/messages"."""

    clock: Clock
    usual: tuple[int, float] = (50, 1.0)
    overall: tuple[int, float] = (50, 1.0)
    by_route: dict[str, tuple[int, float]] = field(default_factory=dict)
    _windows: dict[str, Window] = field(default_factory=dict)

    def set(self, route: str, requests: int, seconds: float) -> None:
        self.by_route[route] = (requests, seconds)

    def ask(self, route: str, values: dict[str, str]) -> Verdict:
        """Counts the request, unless it is refused."""
        now = self.clock.now()
        key = ":".join([route, *(values[name] for name in MAJOR if name in values)])
        requests, seconds = self.by_route.get(route, self.usual)
        bucket = self._window(key, now, seconds)
        # Interactions and their webhooks are outside of the limit over all.
        overall = None if "token}" in route else self._window("", now, self.overall[1])
        if overall and overall.used >= self.overall[0]:
            return _refused(overall.ends - now, "global", {"X-RateLimit-Global": "true"})
        name = hashlib.sha256(route.encode()).hexdigest()[:32]
        headers = {
            "X-RateLimit-Bucket": name,
            "X-RateLimit-Limit": str(requests),
            "X-RateLimit-Remaining": str(max(requests - bucket.used - 1, 0)),
            "X-RateLimit-Reset": f"{bucket.ends:.3f}",
            "X-RateLimit-Reset-After": f"{bucket.ends - now:.3f}",
        }
        if bucket.used >= requests:
            return _refused(bucket.ends - now, "user", headers)
        bucket.used += 1
        if overall:
            overall.used += 1
        return Verdict(headers)

    def _window(self, key: str, now: float, seconds: float) -> Window:
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = Window(now + seconds)
        return window


def _refused(after: float, scope: str, headers: dict[str, str]) -> Verdict:
    after = round(after + 0.001, 3)
    # `Via` says that the answer is Discord's own; discord.py takes a 429 without it for a ban by Cloudflare.
    more = {"Retry-After": str(int(after) + 1), "X-RateLimit-Scope": scope, "Via": "1.1 google"}
    body = {"message": "You are being rate limited.", "retry_after": after, "global": scope == "global"}
    return Verdict({**headers, **more}, body)
