"""Tells members what they did not ask for: what moderators decided about their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.core.complaints import Notice, notice_text
from bot.telegram.address import Address
from bot.telegram.buttons.keyboards import Action, job_button
from bot.telegram.speech import as_html, tongue_in
from tasks.logs import get_logger

if TYPE_CHECKING:
    from bot.telegram.client import TelegramClient

log = get_logger()


class TelegramHerald:
    """In the private chat, in the language in which the picture was asked for."""

    def __init__(self, client: TelegramClient) -> None:
        self._client = client

    async def tell(self, notice: Notice) -> bool:
        job = notice.job
        client = self._client
        tongue = tongue_in(client, Address.read(job).language)
        keyboard = None
        if notice.may_appeal:
            button = job_button(job.id, Action.APPEAL, tongue.say("Object ..."))
            keyboard = InlineKeyboardMarkup([[button]])
        try:
            await client.bot.send_message(
                int(job.asker.user),
                as_html(notice_text(tongue, notice)),
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
            )
        except TelegramError as away:
            # They have not begun a chat with us, or blocked us. They see it under /history, too.
            log.info("notice_not_told", job=job.id, reason=type(away).__name__)
            return False
        return True
