"""Discord's side of the delivery: one message lives from the acknowledgement to the picture."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.core.post import Later, Unreachable
from bot.core.progress import Answer, News, answer_text, news_text
from bot.core.tongue import Tongue
from bot.discord.address import Address
from bot.discord.buttons.views import answer_view, waiting_view
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
_TOKEN_DEAD = (10015, 50027)  # unknown webhook, invalid webhook token
# How many of the newest messages of a private chat are looked through for an answer that was sent there.
_LOOK_BACK = 50


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
        await _typed(self._edit(address, text, files, waiting_view(tongue, job)))

    async def deliver(self, job: Job, answer: Answer) -> None:
        address = Address.read(job)
        tongue = self._tongue(address)
        await _typed(self._deliver(address, tongue, answer))

    async def take_down(self, job: Job) -> None:
        """Take a picture's message away, if it is still there and in reach."""
        address = Address.read(job)
        channel = self._client.get_partial_messageable(int(address.channel))
        try:
            await channel.get_partial_message(int(address.message)).delete()
        except (discord.NotFound, discord.Forbidden) as gone:
            log.info("not_taken_down", code=gone.code)

    async def _deliver(self, address: Address, tongue: Tongue, answer: Answer) -> None:
        again = answer.picture is not None and await self._client.affairs.may_go_again(answer.job)
        text = answer_text(tongue, answer)
        view = answer_view(tongue, answer, again=again, shared=not address.private)
        try:
            await self._edit(address, text, _files(answer), view)
        except _OutOfReach:
            await self._write_to_member(answer, text, view)

    async def _edit(
        self, address: Address, text: str, files: Sequence[discord.File], view: discord.ui.View | None
    ) -> None:
        """Raises `_OutOfReach`, and discord.py's own errors."""
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
            raise _OutOfReach
        channel = self._client.get_partial_messageable(int(address.channel))
        message = channel.get_partial_message(int(address.message))
        for file in files:
            file.reset()
        try:
            await message.edit(content=text, attachments=files, view=view)
        except discord.Forbidden:
            raise _OutOfReach from None

    async def _write_to_member(self, answer: Answer, text: str, view: discord.ui.View | None) -> None:
        chat = await self._client.create_dm(discord.Object(int(answer.job.asker.user)))
        if await self._was_sent(chat, answer.job):
            return
        if view is None:
            await chat.send(text, nonce=_nonce(answer.job))
        else:
            await chat.send(text, files=_files(answer), view=view, nonce=_nonce(answer.job))

    async def _was_sent(self, chat: discord.DMChannel, job: Job) -> bool:
        """Whether a bot that died before it could say so had sent it: its buttons name the job."""
        mark = f"job:{job.id}:"
        async for message in chat.history(limit=_LOOK_BACK):
            for row in message.components:
                for item in getattr(row, "children", ()):
                    if (getattr(item, "custom_id", None) or "").startswith(mark):
                        return True
        return False

    def _tongue(self, address: Address) -> Tongue:
        return self._client.catalogues.tongue(address.language, show_time=show_time)


class _OutOfReach(Exception):
    """The message cannot be edited any more, by no right that we have."""


async def _typed(work: Awaitable[object]) -> None:
    """Discord's errors as the delivery knows them."""
    try:
        await work
    except _OutOfReach:
        raise Unreachable("the placeholder is out of reach") from None
    except (discord.NotFound, discord.Forbidden) as error:
        raise Unreachable(f"{error.status} {error.code}") from None
    except discord.DiscordServerError:
        raise Later from None
    except discord.RateLimited as limited:
        raise Later(limited.retry_after) from None
    except discord.HTTPException as error:
        if error.status == 429:
            raise Later from None
        # Discord will never take it, whatever is tried: for us to read.
        log.error("message_refused", status=error.status, code=error.code, reason=error.text)
        raise Unreachable(f"{error.status} {error.code}") from None
    except (aiohttp.ClientError, OSError, TimeoutError):
        raise Later from None


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


def _nonce(job: Job) -> str:
    """Discord itself refuses the same message twice for some minutes by this."""
    return f"giydir-{job.id}"
