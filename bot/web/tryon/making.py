"""From a form to a picture: the request to the desk, and what is shown meanwhile and at the end."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import gradio as gr

from bot.core.asking import Wish
from bot.core.crossing import aside
from bot.core.errors import PhotoMissing, PictureGone
from bot.core.progress import Answer, News, answer_text
from bot.core.refusals import refusal
from bot.core.tongue import Tongue
from bot.web.gate import visitor_of
from bot.web.house import House
from bot.web.tryon.choices import Choices
from bot.web.visitors import Visitor
from tasks.errors import ConsentMissing, DeskError
from tasks.records import Job


@dataclass(frozen=True)
class Made:
    """How a job ended: `path` of its picture, or why there is none."""

    job: Job
    path: str | None
    text: str
    picture: bytes | None = field(default=None, repr=False)


class Maker:
    """For one language; in the event loop."""

    def __init__(self, house: House, tongue: Tongue) -> None:
        self._house = house
        self.tongue = tongue

    def visitor(self, request: Any) -> Visitor:
        """Raises `ConsentMissing` for somebody without a cookie, who cannot have agreed to anything."""
        visitor = visitor_of(request)
        if visitor is None:
            raise ConsentMissing("a visitor without a cookie")
        return visitor

    def refusal(self, error: DeskError, reference: str = "web") -> str:
        """In the visitor's language."""
        retry_at = getattr(error, "retry_at", None)
        when = retry_at if isinstance(retry_at, datetime) else None
        return refusal(self.tongue, error.code, reference=reference, retry_at=when)

    def warn(self, error: DeskError) -> None:
        """Show it for a moment, in a corner of the page."""
        gr.Warning(self.refusal(error), title=self.tongue.say("That did not work"))

    async def ask(
        self,
        visitor: Visitor,
        choices: Choices,
        source: str | None,
        reference: str | None,
        mask: bytes | None = None,
    ) -> Job:
        """A job of two photos on the visitor's shelf, and maybe a mask of their own.

        Raises what `Asking.ask` does, and `PhotoMissing`.
        """
        shelf, person = self._house.shelf, visitor.person
        if source is None or reference is None:
            raise PhotoMissing("a photo is missing")
        wish = Wish(
            control=choices.control,
            source=await aside(shelf.read, person, source),
            reference=await aside(shelf.read, person, reference),
            garment_type=choices.garment_type,
            options=choices.options(),
            steps=choices.steps,
            model=choices.model,
            mask=mask,
        )
        return await self._submit(visitor, wish, (source, reference))

    async def look(self, visitor: Visitor, choices: Choices, source: str | None) -> Job:
        """A job that only finds the mask, free. Raises what `ask` does."""
        if source is None:
            raise PhotoMissing("a photo is missing")
        photo = await aside(self._house.shelf.read, visitor.person, source)
        wish = Wish(
            control=choices.control,
            source=photo,
            reference=photo,
            garment_type=choices.garment_type,
            steps=1,
            model=choices.model,
            look=True,
        )
        return await self._submit(visitor, wish, (source,))

    async def _submit(self, visitor: Visitor, wish: Wish, paths: tuple[str, ...]) -> Job:
        request_id = f"web:{secrets.token_hex(16)}"
        address = {"language": self.tongue.language}
        submitted = await self._house.asking.ask(visitor.asker, request_id, wish, address)
        for path in paths:
            # They stand in the form: put again, they outlive the job, as long as uploads do.
            await aside(self._house.shelf.renew, visitor.person, path)
        return submitted.job

    async def follow(self, job: Job) -> AsyncIterator[News | Made]:
        """News until the job has ended, and then what was made."""
        async for news in self._house.following.follow(job.id):
            yield news if isinstance(news, News) else await self.made(news)

    async def made(self, job: Job) -> Made:
        """What there is of an ended job."""
        try:
            picture = await self._house.affairs.picture(job)
        except PictureGone as gone:
            code = job.error_code or gone.code
            return Made(job, None, answer_text(self.tongue, Answer(job, None, code)))
        key = job.result_key
        assert key is not None
        if job.request.look:
            return Made(job, None, "", picture)
        path = self._house.shelf.path(key, picture, f"giydir-{job.id}")
        return Made(job, path, answer_text(self.tongue, Answer(job, picture)), picture)
