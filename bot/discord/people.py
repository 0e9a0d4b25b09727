"""Who somebody is: Discord's users, members and rights in the core's words."""

from __future__ import annotations

import discord

from bot.core.moderating import Standing
from tasks.records import Asker, Person

PLATFORM = "discord"


def asker_of(interaction: discord.Interaction) -> Asker:
    """The member in their server; in a private chat, that is a community of its own."""
    user = interaction.user
    if isinstance(user, discord.Member):
        roles = tuple(str(role.id) for role in user.roles)
        return Asker(PLATFORM, str(user.guild.id), str(user.id), roles)
    return Asker(PLATFORM, f"user:{user.id}", str(user.id))


def person_of(user: discord.User | discord.Member) -> Person:
    return Person(PLATFORM, str(user.id))


def mention(user: str) -> str:
    """By which Discord shows a user's name."""
    return f"<@{user}>"


def standing_of(
    user: discord.User | discord.Member, guild: discord.Guild | None, *, moderator: bool | None = None
) -> Standing:
    """What they are in the server; whoever is not in it is below everybody.

    A moderator may manage the server. `moderator`: whether they are one, where Discord said so itself.
    """
    owner = guild is not None and guild.owner_id == user.id
    if not isinstance(user, discord.Member):
        return Standing(str(user.id), rank=-1, moderator=False, owner=owner)
    manages = user.guild_permissions.manage_guild if moderator is None else moderator
    return Standing(str(user.id), rank=user.top_role.position, moderator=manages, owner=owner)


def actor_of(interaction: discord.Interaction) -> Standing:
    """Whoever pressed or called, with the rights that Discord says they have in this channel."""
    manages = interaction.permissions.manage_guild
    return standing_of(interaction.user, interaction.guild, moderator=manages)
