"""Discord's side of the delivery: one message lives from the acknowledgement to the picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord.http import Route

from bot.core.progress import Answer, News, answer_text, news_text
from bot.core.tongue import Tongue
from bot.discord.address import Address
from bot.discord.buttons.views import answer_view, waiting_view
from bot.discord.direct import send_once
from bot.discord.failures import OutOfReach, typed
from bot.discord.people import PLATFORM
from bot.discord.speech import show_time
from tasks.clock import Clock
from tasks.logs import get_logger
from tasks.records import Job

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient

log = get_logger()

# Discord allows about one edit a second in a channel.
EDIT_SECONDS = 2.5
_UNKNOWN_MESSAGE = 10008
_OWN_ANSWER = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_TOKEN_DEAD = (10015, 50027)  # unknown webhook, invalid webhook token


class DiscordPost:
    """Edits by the interaction's token while it lives, then by the bot's own rights, and where those do not
    reach (a message that only the member saw, a channel shut to us) writes to the member."""

    platform = PLATFORM

    def __init__(self, client: TryOnClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def edit_seconds(self, job: Job) -> float:
        return EDIT_SECONDS

    async def show(self, job: Job, news: News) -> None:
        address = Address.read(job)
        tongue = self._tongue(address)
        text = news_text(tongue, news)
        if address.private and news.ready_at is not None and news.ready_at.timestamp() > address.until:
            text += "\n" + tongue.say(
                "That is longer than I can keep this message up to date. You will get the picture as a"
                " direct message."
            )
        files = [] if news.preview is None else [_file(news.preview, "preview.jpg")]
        await typed(self._edit(address, text, files, waiting_view(tongue, job)))

    async def deliver(self, job: Job, answer: Answer) -> None:
        address = Address.read(job)
        tongue = self._tongue(address)
        await typed(self._deliver(address, tongue, answer))

    async def take_down(self, job: Job) -> None:
        """Take a picture's message away, if it is still there and in reach."""
        address = Address.read(job)
        channel = self._client.get_partial_messageable(int(address.channel))
        try:
            await channel.get_partial_message(int(address.message)).delete()
        except (discord.NotFound, discord.Forbidden) as gone:
            log.info("not_taken_down", code=gone.code)

    async def give_up(self, address: Address) -> None:
        """Say under a placeholder that its request was lost. Raises `Later`, `Unreachable`."""
        text = self._tongue(address).say(
            "I was restarted before I had your photos. It cost you nothing; please ask again."
        )
        edit = self._edit(address, text, (), None) if address.message else self._edit_own(address, text)
        await typed(edit)

    async def _deliver(self, address: Address, tongue: Tongue, answer: Answer) -> None:
        again = answer.picture is not None and await self._client.affairs.may_go_again(answer.job)
        text = answer_text(tongue, answer)
        view = answer_view(tongue, answer, again=again, shared=not address.private)
        try:
            await self._edit(address, text, _files(answer), view)
        except OutOfReach:
            await self._write_to_member(answer, tongue, text, view)

    async def _edit(
        self, address: Address, text: str, files: Sequence[discord.File], view: discord.ui.View | None
    ) -> None:
        """Raises `OutOfReach`, and discord.py's own errors."""
        if address.token_lives(self._clock()):
            webhook = discord.Webhook.partial(int(address.application), address.token, client=self._client)
            try:
                await webhook.edit_message(int(address.message), content=text, attachments=files, view=view)
            except discord.HTTPException as error:
                if error.code not in _TOKEN_DEAD:
                    raise
            else:
                return
        if address.private:
            raise OutOfReach
        channel = self._client.get_partial_messageable(int(address.channel))
        message = channel.get_partial_message(int(address.message))
        for file in files:
            file.reset()
        try:
            await message.edit(content=text, attachments=files, view=view)
        except discord.Forbidden:
            raise OutOfReach from None

    async def _edit_own(self, address: Address, text: str) -> None:
        """The interaction's own answer, whose number is not known, if it is there. Raises `OutOfReach`, and
        discord.py's own errors."""
        if not address.token_lives(self._clock()):
            raise OutOfReach
        route = Route("PATCH", _OWN_ANSWER, webhook_id=int(address.application), webhook_token=address.token)
        try:
            await self._client.http.request(route, json={"content": text})
        except discord.HTTPException as error:
            if error.code in _TOKEN_DEAD:
                raise OutOfReach from None
            raise

    async def _write_to_member(
        self, answer: Answer, tongue: Tongue, text: str, view: discord.ui.View | None
    ) -> None:
        if view is None:
            # Nothing else says which picture it was.
            text = tongue.say("Your picture number {number}:", number=answer.job.id) + f" {text}"
        await send_once(
            self._client,
            int(answer.job.asker.user),
            text,
            nonce=f"giydir-{answer.job.id}",
            view=view,
            files=_files(answer),
        )

    def _tongue(self, address: Address) -> Tongue:
        return self._client.catalogues.tongue(address.language, show_time=show_time)


def _files(answer: Answer) -> list[discord.File]:
    if answer.picture is None:
        return []
    return [_file(answer.picture, picture_name(answer.job, answer.picture))]


def picture_name(job: Job, picture: bytes) -> str:
    """A file name that says nothing of anybody."""
    ending = "png" if picture.startswith(b"\x89PNG") else "jpg"
    return f"giydir-{job.id}.{ending}"


def _file(data: bytes, name: str) -> discord.File:
    return discord.File(io.BytesIO(data), filename=name)
