"""What was asked of a stand-in, what it answered, and what a bot must never send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.standins.forms import Body


@dataclass
class Exchange:
    """One request and its answer. `route` is the name in the platform's description, "" if there is none."""

    at: float
    method: str
    path: str
    route: str
    query: dict[str, str]
    body: Body
    status: int = 0
    answer: Any = None


@dataclass(frozen=True)
class Violation:
    """A request that the platform's description forbids, and what is wrong with it."""

    request: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.request}: {'; '.join(self.problems)}"


@dataclass
class Transcript:
    exchanges: list[Exchange] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def requests(self, route: str) -> list[Exchange]:
        """Those of one route, as "POST /channels/{channel_id}/messages" or "sendPhoto"."""
        return [one for one in self.exchanges if one.route == route]

    def refused(self) -> list[Exchange]:
        """Those that were answered with an error, of whatever reason."""
        return [one for one in self.exchanges if one.status >= 400]

    def take_violations(self) -> list[Violation]:
        """For a test that provokes some: they are forgotten."""
        taken, self.violations = self.violations, []
        return taken
