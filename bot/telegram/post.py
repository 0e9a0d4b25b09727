"""Telegram's side of the delivery: one message lives from the acknowledgement to the picture."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup, InputMediaPhoto, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.core.post import Later, Unreachable
from bot.core.progress import Answer, News, answer_text, news_text
from bot.core.tongue import Tongue
from bot.telegram.address import Address
from bot.telegram.buttons.keyboards import answer_keyboard, waiting_keyboard
from bot.telegram.flood import PROGRESS, seconds_of
from bot.telegram.people import PLATFORM
from bot.telegram.speech import as_html, tongue_in
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


class TelegramPost:
    """Edits the placeholder; where it is gone, a picture is sent anew; where the chat is shut to us, to the
    member. The placeholder's news have no preview: a text that became a photo is never a text again."""

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
        may_swap = address.guessed is not None and not news.running
        if may_swap:
            text += "\n" + guess_text(tongue, first=address.guessed == "first")
        await typed(self._rewrite(address, text, waiting_keyboard(tongue, job, may_swap=may_swap)))

    async def deliver(self, job: Job, answer: Answer) -> None:
        await typed(self._deliver(Address.read(job), answer))

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

    async def _deliver(self, address: Address, answer: Answer) -> None:
        tongue = self._tongue(address)
        text = answer_text(tongue, answer)
        if answer.picture is None:
            await self._rewrite(address, text, None)
            return
        again = await self._client.affairs.may_go_again(answer.job)
        keyboard = answer_keyboard(tongue, answer, again=again, shared=address.shared)
        photo = InputMediaPhoto(
            answer.picture,
            caption=as_html(text),
            parse_mode=ParseMode.HTML,
            filename=picture_name(answer.job, answer.picture),
        )
        try:
            await self._client.bot.edit_message_media(
                photo, chat_id=address.chat, message_id=address.message, reply_markup=keyboard
            )
        except ChatMigrated as moved:
            await self._send(moved.new_chat_id, None, answer, text, keyboard)
        except Forbidden:
            await self._send(int(answer.job.asker.user), None, answer, text, keyboard)
        except BadRequest as error:
            reason = error.message.lower()
            if _NO_RIGHT in reason:
                await self._send(int(answer.job.asker.user), None, answer, text, keyboard)
            elif _is(error, *_GONE):
                await self._send(address.chat, address.asked, answer, text, keyboard)
            elif not _is(error, "message is not modified"):
                raise

    async def _send(
        self, chat: int, asked: int | None, answer: Answer, text: str, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """In a message of its own."""
        assert answer.picture is not None
        reply = None if asked is None else ReplyParameters(asked, allow_sending_without_reply=True)
        await self._client.bot.send_photo(
            chat,
            answer.picture,
            caption=as_html(text),
            parse_mode=ParseMode.HTML,
            filename=picture_name(answer.job, answer.picture),
            reply_markup=keyboard,
            reply_parameters=reply,
        )

    async def _rewrite(self, address: Address, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        try:
            await self._client.bot.edit_message_text(
                as_html(text),
                chat_id=address.chat,
                message_id=address.message,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                rate_limit_args=PROGRESS,
            )
        except BadRequest as error:
            if not _is(error, "message is not modified"):
                raise

    def _tongue(self, address: Address) -> Tongue:
        return tongue_in(self._client, address.language)


def guess_text(tongue: Tongue, *, first: bool) -> str:
    """Which of two photos was taken for whose."""
    if first:
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
