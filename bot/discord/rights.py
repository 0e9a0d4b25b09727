"""Whether somebody may act on somebody, as Discord says at this moment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord

from bot.core.errors import NotAbove, OnlyInCommunity
from bot.core.houses import House, Houses
from bot.core.moderating import Standing, check_above, check_moderator
from bot.discord.people import actor_of, asker_of, standing_of
from tasks.errors import NotOwner
from tasks.records import Job

if TYPE_CHECKING:
    from bot.discord.replies import Interaction


class Rights:
    """Looked up for every act: roles change, and a server may show commands to whomever it likes."""

    def __init__(self, houses: Houses) -> None:
        self._houses = houses

    async def check_moderator(self, interaction: Interaction) -> discord.Guild:
        """Raises `OnlyInCommunity`, `NotModerator`."""
        guild = _guild(interaction)
        check_moderator(await self._actor(interaction))
        return guild

    async def check_above(self, interaction: Interaction, target: discord.User | discord.Member) -> None:
        """Raises `OnlyInCommunity`, `NotModerator`, `NotAbove`."""
        guild = _guild(interaction)
        check_above(await self._actor(interaction), standing_of(target, guild))

    async def check_above_user(self, interaction: Interaction, user_id: int) -> None:
        """The same for somebody of whom only the number is known."""
        guild = _guild(interaction)
        check_above(await self._actor(interaction), await _standing(guild, user_id))

    async def check_above_role(self, interaction: Interaction, role: discord.Role) -> None:
        """What members of a role may, only those above it say. Raises as `check_above`."""
        guild = _guild(interaction)
        actor = await self._actor(interaction)
        check_moderator(actor)
        # Everybody's role is nobody's peer.
        if not actor.owner and role != guild.default_role and role.position >= actor.rank:
            raise NotAbove("the role is not below the moderator's")

    async def check_over_owner(self, interaction: Interaction, job: Job) -> None:
        """Whether a moderator may touch somebody's job of this server.

        Raises `NotOwner` for whoever is no moderator, and for jobs of elsewhere; `NotAbove`.
        """
        actor, guild = await self._actor(interaction), interaction.guild
        moderates = actor.moderator or actor.owner
        if guild is None or not moderates or job.asker.community != str(guild.id):
            raise NotOwner("the picture is somebody else's")
        check_above(actor, await _standing(guild, int(job.asker.user)))

    async def _actor(self, interaction: Interaction) -> Standing:
        actor, asker = actor_of(interaction), asker_of(interaction)
        house = await self._houses.of(asker.place)
        return replace(actor, moderator=actor.moderator or _named(house, asker.roles))


def _named(house: House, roles: tuple[str, ...]) -> bool:
    return not set(house.moderator_roles).isdisjoint(roles)


async def _standing(guild: discord.Guild, user_id: int) -> Standing:
    try:
        return standing_of(await guild.fetch_member(user_id), guild)
    except discord.NotFound:
        return Standing(str(user_id), rank=-1, moderator=False)


def _guild(interaction: Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise OnlyInCommunity("moderators act in a server only")
    return interaction.guild
