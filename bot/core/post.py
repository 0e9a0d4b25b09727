"""What a front end must be able to do so that answers reach their members."""

from __future__ import annotations

from typing import Protocol

from bot.core.progress import Answer, News
from tasks.records import Job


class Unreachable(Exception):
    """There is no place left where the answer could go: message and member are gone, or shut to us."""


class Later(Exception):
    """The platform cannot take it now. `seconds` as it said itself, if it did."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("the platform cannot take it now")
        self.seconds = seconds


class Post(Protocol):
    """One platform's side of the delivery. Only one of both is called for a job at a time."""

    platform: str

    def edit_seconds(self, job: Job) -> float:
        """How far apart two `show` of the job are to be at least."""

    async def show(self, job: Job, news: News) -> None:
        """Bring the placeholder up to date. Raises `Later`, `Unreachable`; both only skip this time."""

    async def deliver(self, job: Job, answer: Answer) -> None:
        """Put the answer where the placeholder stands; once more changes nothing. Returns when the platform
        has confirmed it. Raises `Later`, `Unreachable`."""
