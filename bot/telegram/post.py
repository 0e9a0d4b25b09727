"""Telegram's side of the delivery: one message lives from the acknowledgement to the picture."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.core.asking import first_of, has_second, second_type
from bot.core.crossing import aside
from bot.core.member_texts import TYPE_NAMES
from bot.core.post import Later, Unreachable
from bot.core.progress import Answer, News, answer_text, news_text
from bot.core.tongue import Tongue
from bot.telegram.address import Address
from bot.telegram.buttons.keyboards import answer_keyboard, waiting_keyboard
from bot.telegram.flood import PROGRESS, seconds_of
from bot.telegram.people import PLATFORM
from bot.telegram.speech import as_html, tongue_in
from tasks.errors import UnknownJob
from tasks.logs import get_logger
from tasks.records import Job

if TYPE_CHECKING:
    from bot.telegram.client import TelegramClient

log = get_logger()

# Telegram allows about one message a second in a private chat, and twenty a minute in a group; edits count.
_PRIVATE_SECONDS, _GROUP_SECONDS = 2.5, 6.0
_MOST_CHATS = 2000
# How Telegram says that a message cannot be edited any more (it has no codes for it).
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NO_RIGHT = "not enough rights"
_THE_SAME = "message is not modified"


class TelegramPost:
    """Edits the placeholder; where it is gone, or the chat is shut to us, there is a new one, in the member's
    private chat then. A placeholder's news have no preview: a text that became a photo is never a text
    again."""

    platform = PLATFORM

    def __init__(self, client: TelegramClient) -> None:
        self._client = client
        # Per group, when the next news may be shown there: its members share the allowance.
        self._next_show: dict[int, float] = {}

    def edit_seconds(self, job: Job) -> float:
        return _GROUP_SECONDS if Address.read(job).shared else _PRIVATE_SECONDS

    async def show(self, job: Job, news: News) -> None:
        address = Address.read(job)
        tongue = self._tongue(address)
        self._wait_for_turn(address)
        text = news_text(tongue, news)
        may_swap = bool(address.guessed) and not news.running and first_of(job) is None
        if may_swap:
            text += "\n" + guess_text(tongue, job, address.guessed)
        keyboard = waiting_keyboard(tongue, job, may_swap=may_swap)
        await typed(self._rewrite(address, text, keyboard, PROGRESS))

    async def deliver(self, job: Job, answer: Answer) -> None:
        await typed(self._deliver(job, answer))

    async def take_down(self, job: Job) -> None:
        """Take a picture's message away, if it is still there and in reach."""
        address = Address.read(job)
        try:
            await self._client.bot.delete_message(address.chat, address.message)
        except (BadRequest, Forbidden) as gone:
            log.info("not_taken_down", reason=gone.message)

    def _wait_for_turn(self, address: Address) -> None:
        if not address.shared:
            return
        now = time.monotonic()
        if (wait := self._next_show.get(address.chat, 0.0) - now) > 0:
            raise Later(wait)
        if len(self._next_show) >= _MOST_CHATS:
            self._next_show.clear()
        self._next_show[address.chat] = now + _GROUP_SECONDS

    async def _deliver(self, job: Job, answer: Answer) -> None:
        address = Address.read(job)
        member = int(job.asker.user)
        try:
            await self._put(address, answer)
        except ChatMigrated as moved:
            await self._put(await self._anew(job, replace(address, chat=moved.new_chat_id)), answer)
        except Forbidden:
            await self._put(await self._anew(job, replace(address, chat=member, shared=False)), answer)
        except BadRequest as error:
            if _is(error, _NO_RIGHT):
                await self._put(await self._anew(job, replace(address, chat=member, shared=False)), answer)
            elif _is(error, *_GONE):
                await self._put(await self._anew(job, address), answer)
            else:
                raise

    async def _put(self, address: Address, answer: Answer) -> None:
        """Into the message; once more changes nothing."""
        tongue = self._tongue(address)
        text = answer_text(tongue, answer)
        if answer.picture is None:
            await self._rewrite(address, text, None)
            return
        again = await self._client.affairs.may_go_again(answer.job)
        photo = InputMediaPhoto(
            answer.picture,
            caption=as_html(text),
            parse_mode=ParseMode.HTML,
            filename=picture_name(answer.job, answer.picture),
        )
        try:
            await self._client.bot.edit_message_media(
                photo,
                chat_id=address.chat,
                message_id=address.message,
                reply_markup=answer_keyboard(tongue, answer, again=again, shared=address.shared),
            )
        except BadRequest as error:
            if not _is(error, _THE_SAME):
                raise

    async def _anew(self, job: Job, address: Address) -> Address:
        """Another placeholder, in the chat that `address` says. The answer comes into it by an edit, as into
        the first one: a process that dies in between leaves a line of text, and no second picture."""
        same_chat = address.chat == Address.read(job).chat
        reply = ReplyParameters(address.asked, allow_sending_without_reply=True) if same_chat else None
        message = await self._client.bot.send_message(
            address.chat, self._tongue(address).say("Making your picture."), reply_parameters=reply
        )
        address = replace(address, message=message.message_id)
        kept = {**job.request.address, **address.kept()}
        try:
            await aside(self._client.desk.set_address, job.id, kept)
        except UnknownJob:
            raise Unreachable("its owner was forgotten") from None
        return address

    async def _rewrite(
        self,
        address: Address,
        text: str,
        keyboard: InlineKeyboardMarkup | None,
        rate_limit_args: int | None = None,
    ) -> None:
        try:
            await self._client.bot.edit_message_text(
                as_html(text),
                chat_id=address.chat,
                message_id=address.message,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                rate_limit_args=rate_limit_args,
            )
        except BadRequest as error:
            if not _is(error, _THE_SAME):
                raise

    def _tongue(self, address: Address) -> Tongue:
        return tongue_in(self._client, address.language)


def guess_text(tongue: Tongue, job: Job, guessed: Sequence[int]) -> str:
    """Which photo was taken for whose, by their numbers."""
    if has_second(job):
        person, one, other = guessed
        kind, other_kind = TYPE_NAMES[job.request.garment_type or "upper_body"], TYPE_NAMES[second_type(job)]
        return tongue.say(
            "I take photo {person} for the person. Photo {one}: {kind}. Photo {other}: {other_kind}.",
            person=person,
            one=one,
            kind=tongue.say(kind),
            other=other,
            other_kind=tongue.say(other_kind),
        )
    if guessed[0] == 1:
        return tongue.say("I take the first photo for the person, and the second for the garment.")
    return tongue.say("I take the first photo for the garment, and the second for the person.")


def picture_name(job: Job, picture: bytes) -> str:
    """A file name that says nothing of anybody."""
    ending = "png" if picture.startswith(b"\x89PNG") else "jpg"
    return f"giydir-{job.id}.{ending}"


async def typed(work: Awaitable[object]) -> None:
    """Telegram's errors as the delivery knows them."""
    try:
        await work
    except RetryAfter as limited:
        raise Later(seconds_of(limited)) from None
    except (Forbidden, ChatMigrated) as error:
        raise Unreachable(error.message) from None
    except BadRequest as error:
        if not _is(error, *_GONE, "chat not found"):
            # Telegram will never take it, whatever is tried: for us to read.
            log.error("message_refused", reason=error.message)
        raise Unreachable(error.message) from None
    except NetworkError:
        raise Later from None
    except TelegramError as error:
        log.error("message_refused", reason=error.message)
        raise Unreachable(error.message) from None


def _is(error: BadRequest, *reasons: str) -> bool:
    said = error.message.lower()
    return any(reason in said for reason in reasons)
