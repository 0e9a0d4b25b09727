"""What the bot's tests share: photos, a store, a worker, and tests that run in an event loop."""

from __future__ import annotations

import asyncio
import functools
import io
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ParamSpec

from PIL import Image

from bot.core.catalogues import Catalogues
from bot.core.tongue import Tongue
from tasks.records import Job
from tasks.store.store import Store
from tests.tasks.kit import Office

P = ParamSpec("P")

CATALOGUES = Catalogues.load()


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test that awaits."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def photo(colour: str = "teal", size: tuple[int, int] = (96, 128), kind: str = "JPEG") -> bytes:
    """A file as somebody would send it."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def tongue(language: str) -> Tongue:
    return CATALOGUES.tongue(language, show_time=lambda moment: f"<{moment:%H:%M}>")


@dataclass
class Worker:
    """Makes pictures at the desk, as a real one does, but at once."""

    office: Office
    store: Store
    picture: bytes = photo("crimson", kind="PNG")

    def start(self) -> tuple[Job, int]:
        """Takes the next job up; the job and its token."""
        claim = self.office.claim()
        return self.office.desk.job(claim.job.id), claim.token

    def make(self) -> Job:
        """Takes the next job and makes its picture."""
        claim = self.office.claim()
        # Whoever cannot read the photos cannot paint.
        for key in (claim.job.request.source_key, claim.job.request.reference_key):
            self.store.get(claim.account_id, key)
        return self.office.desk.succeed(claim.token, self.store.put(claim.account_id, self.picture))

    def refuse(self, code: str) -> Job:
        return self.office.desk.fail(self.office.claim().token, code)
