"""Whether somebody may act on somebody, as Discord says at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.core.errors import OnlyInCommunity
from bot.core.moderating import Standing, check_above, check_moderator
from bot.discord.people import actor_of, standing_of
from tasks.errors import NotOwner
from tasks.records import Job

if TYPE_CHECKING:
    from bot.discord.replies import Interaction


class Rights:
    """Rights are looked up for every act: roles change, and so do Discord's own permissions for commands."""

    def check_moderator(self, interaction: Interaction) -> discord.Guild:
        """Raises `OnlyInCommunity`, `NotModerator`."""
        guild = _guild(interaction)
        check_moderator(actor_of(interaction))
        return guild

    def check_above(self, interaction: Interaction, target: discord.User | discord.Member) -> None:
        """Raises `OnlyInCommunity`, `NotModerator`, `NotAbove`."""
        _guild(interaction)
        check_above(actor_of(interaction), standing_of(target))

    async def check_over_owner(self, interaction: Interaction, job: Job) -> None:
        """Whether a moderator may touch somebody's job of this server.

        Raises `NotOwner` for whoever is no moderator, and for jobs of elsewhere; `NotAbove`.
        """
        actor = actor_of(interaction)
        guild = interaction.guild
        moderates = actor.moderator or actor.owner
        if guild is None or not moderates or job.asker.community != str(guild.id):
            raise NotOwner("the picture is somebody else's")
        check_above(actor, await self._standing(guild, int(job.asker.user)))

    async def _standing(self, guild: discord.Guild, user_id: int) -> Standing:
        try:
            return standing_of(await guild.fetch_member(user_id))
        except discord.NotFound:
            return Standing(str(user_id), rank=-1, moderator=False)


def _guild(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise OnlyInCommunity("moderators act in a server only")
    return interaction.guild
