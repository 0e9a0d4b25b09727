"""Tells members what they did not ask for, in a direct message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.core.notices import Notice, notice_text
from bot.discord.address import Address
from bot.discord.buttons.job import Action, JobButton
from bot.discord.direct import send_once
from bot.discord.failures import typed
from bot.discord.speech import show_time
from tasks.reports import Verdict

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient


class DiscordHerald:
    """Speaks the language in which the picture was asked for."""

    def __init__(self, client: TryOnClient) -> None:
        self._client = client

    async def tell(self, notice: Notice) -> None:
        job = notice.job
        tongue = self._client.catalogues.tongue(Address.read(job).language, show_time=show_time)
        view = None
        if notice.may_appeal:
            view = discord.ui.View(timeout=None)
            view.add_item(JobButton(job.id, Action.APPEAL, tongue.say("Object ...")))
        if notice.verdict is Verdict.REMOVED:
            # Whoever removed it may have died before, or have had no way to do it (the operator's page).
            await typed(self._client.post.take_down(job))
        text = notice_text(tongue, notice.verdict, job.id, may_appeal=notice.may_appeal)
        nonce = f"giydir-notice-{notice.id}"
        await typed(send_once(self._client, int(job.asker.user), text, nonce=nonce, view=view))
