"""Tells members what they did not ask for: what moderators decided about their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardMarkup
from telegram.constants import ParseMode

from bot.core.notices import Notice, notice_text
from bot.telegram.address import Address
from bot.telegram.buttons.keyboards import Action, job_button
from bot.telegram.post import typed
from bot.telegram.speech import as_html, tongue_in
from tasks.reports import Verdict

if TYPE_CHECKING:
    from bot.telegram.client import TelegramClient


class TelegramHerald:
    """In the private chat, in the language in which the picture was asked for. Telegram knows no way to send
    once: a bot that dies before it reads the answer sends it again."""

    def __init__(self, client: TelegramClient) -> None:
        self._client = client

    async def tell(self, notice: Notice) -> None:
        job = notice.job
        client = self._client
        tongue = tongue_in(client, Address.read(job).language)
        keyboard = None
        if notice.may_appeal:
            button = job_button(job.id, Action.APPEAL, tongue.say("Object ..."))
            keyboard = InlineKeyboardMarkup([[button]])
        if notice.verdict is Verdict.REMOVED:
            # Whoever removed it may have died before, or have had no way to do it (the operator's page).
            await typed(client.post.take_down(job))
        text = notice_text(tongue, notice.verdict, job.id, may_appeal=notice.may_appeal)
        await typed(
            client.bot.send_message(
                int(job.asker.user), as_html(text), parse_mode=ParseMode.HTML, reply_markup=keyboard
            )
        )
