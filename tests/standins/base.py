"""What both stand-ins have: a server in a thread, a clock, a transcript, and failures on purpose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from tests.standins.clock import Clock
from tests.standins.serving import Serving
from tests.standins.transcript import Exchange, Transcript, Violation

T = TypeVar("T")
S = TypeVar("S", bound="StandIn")

AppHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# More than any limit that is played, so that the stand-in itself says what is too large.
MOST_BYTES = 128 * 1024 * 1024


@dataclass
class Failure:
    """The next `times` requests of a route fail; `done`: what was asked is done, only the answer is lost."""

    route: str
    status: int
    times: int
    done: bool


class StandIn:
    def __init__(self) -> None:
        self.clock = Clock()
        self.transcript = Transcript()
        self.app = web.Application(client_max_size=MOST_BYTES, middlewares=[self._watch])
        self.serving = Serving(self.app)
        self._failures: list[Failure] = []

    @web.middleware
    async def _watch(self, request: web.Request, handler: AppHandler) -> web.StreamResponse:
        """An address that is not there, and a mistake of the stand-in's own, fail the test too."""
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            self.violate(f"{request.method} {request.path}", refusal.reason)
            raise
        except Exception as error:
            self.violate(f"the stand-in broke at {request.method} {request.path}", repr(error))
            raise

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.serving.port}"

    @property
    def violations(self) -> list[Violation]:
        return self.transcript.violations

    def take_violations(self) -> list[Violation]:
        return self.transcript.take_violations()

    def violate(self, request: str, *problems: str) -> None:
        self.transcript.violations.append(Violation(request, problems))

    def requests(self, route: str) -> list[Exchange]:
        """Those of one route, as "POST /channels/{channel_id}/messages" or "sendPhoto"."""
        return self.transcript.requests(route)

    def fail_next(self, route: str, status: int, *, times: int = 1, done: bool = False) -> None:
        """`route` as in `requests`. `done`: what is asked is done, and only the answer is lost."""
        self._failures.append(Failure(route, status, times, done))

    def failure_of(self, route: str) -> Failure | None:
        """The one that was ordered for this request; it counts as used."""
        for failure in self._failures:
            if failure.route == route and failure.times > 0:
                failure.times -= 1
                return failure
        return None

    def wait(
        self, look: Callable[[], T | None], within: float = 20.0, what: str = "what was waited for"
    ) -> T:
        """Until `look`, in the stand-in's thread, gives something true: that. Raises `NothingCame`."""
        return self.serving.wait(look, within, what)


@contextmanager
def alive(server: S) -> Iterator[S]:
    """At its end the bot must not have sent anything that the platform forbids."""
    server.serving.start()
    try:
        yield server
    finally:
        server.serving.stop()
    assert not server.violations, "\n".join(map(str, server.violations))
