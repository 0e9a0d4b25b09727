"""Tells members by direct message what they did not ask for: what moderators decided about their pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.core.complaints import Notice, notice_text
from bot.discord.address import Address
from bot.discord.buttons.job import Action, JobButton
from bot.discord.speech import show_time
from tasks.logs import get_logger

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient

log = get_logger()


class DiscordHerald:
    """Speaks the language in which the picture was asked for."""

    def __init__(self, client: TryOnClient) -> None:
        self._client = client

    async def tell(self, notice: Notice) -> bool:
        job = notice.job
        tongue = self._client.catalogues.tongue(Address.read(job).language, show_time=show_time)
        view = discord.ui.View(timeout=None)
        if notice.may_appeal:
            view.add_item(JobButton(job.id, Action.APPEAL, tongue.say("Object ...")))
        try:
            chat = await self._client.create_dm(discord.Object(int(job.asker.user)))
            await chat.send(notice_text(tongue, notice), view=view)
        except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as away:
            # They see it under /history, too, and may object there.
            log.info("notice_not_told", job=job.id, reason=type(away).__name__)
            return False
        return True
