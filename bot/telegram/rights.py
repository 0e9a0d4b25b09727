"""What somebody may do in a group: Telegram says who administrates it, and is asked at most once a minute."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden

from bot.core.errors import OnlyInCommunity
from bot.core.moderating import Standing, check_above, check_moderator
from tasks.errors import NotOwner
from tasks.records import Job

if TYPE_CHECKING:
    from bot.telegram.turn import Turn

_SECONDS = 60.0
_MOST = 5000
_RANKS: dict[str, int] = {
    ChatMemberStatus.OWNER: 2,
    ChatMemberStatus.ADMINISTRATOR: 1,
    ChatMemberStatus.MEMBER: 0,
    ChatMemberStatus.RESTRICTED: 0,
}


class Rights:
    """Administrators moderate members; the group's owner moderates everybody."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[float, Standing]] = {}

    async def check_moderator(self, turn: Turn) -> None:
        """Raises `OnlyInCommunity`, `NotModerator`."""
        if turn.private:
            raise OnlyInCommunity("nobody moderates a private chat")
        check_moderator(await self._standing(turn.client.bot, turn.chat.id, turn.user.id))

    async def check_moderator_of(self, turn: Turn, chat: int) -> None:
        """Of another group or channel, in which the bot is too. Raises `NotModerator`."""
        check_moderator(await self._standing(turn.client.bot, chat, turn.user.id))

    async def check_above(self, turn: Turn, user_id: int) -> None:
        """Raises `OnlyInCommunity`, `NotModerator`, `NotAbove`."""
        await self.check_moderator(turn)
        bot, chat = turn.client.bot, turn.chat.id
        check_above(await self._standing(bot, chat, turn.user.id), await self._standing(bot, chat, user_id))

    async def check_over_owner(self, turn: Turn, job: Job) -> None:
        """Whether a moderator may touch somebody's job of this group.

        Raises `NotOwner` for whoever is no moderator, and for jobs of elsewhere; `NotAbove`.
        """
        if turn.private or job.asker.place != turn.asker.place:
            raise NotOwner("the picture is somebody else's")
        bot, chat = turn.client.bot, turn.chat.id
        actor = await self._standing(bot, chat, turn.user.id)
        if not (actor.moderator or actor.owner):
            raise NotOwner("the picture is somebody else's")
        check_above(actor, await self._standing(bot, chat, int(job.asker.user)))

    async def _standing(self, bot: Bot, chat: int, user: int) -> Standing:
        at, standing = self._known.get((chat, user), (0.0, None))
        now = time.monotonic()
        if standing is not None and now - at < _SECONDS:
            return standing
        try:
            status = (await bot.get_chat_member(chat, user)).status
        except (BadRequest, Forbidden):
            # Nobody whom Telegram knows there, or no chat that the bot is in.
            status = ChatMemberStatus.LEFT
        rank = _RANKS.get(status, -1)
        standing = Standing(str(user), rank, moderator=rank >= 1, owner=status == ChatMemberStatus.OWNER)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[chat, user] = (now, standing)
        return standing
