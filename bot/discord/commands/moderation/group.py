"""The group itself, and what its commands share: an act is told to whoever did it, and in the log."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.tongue import Tongue
from bot.discord.log_channel import tell_house
from bot.discord.people import asker_of
from bot.discord.replies import Interaction
from bot.discord.speech import tongue_of
from tasks.records import Asker

MAX_LENGTH = 1900  # characters of a message, with room for a last line

MOD: app_commands.Group = app_commands.Group(
    name=locale_str("mod"),
    description=locale_str("For moderators."),
    guild_only=True,
    # Who is shown it, as long as the server does not decide otherwise.
    default_permissions=discord.Permissions(manage_guild=True),
)


def member_asker(member: discord.User | discord.Member, interaction: Interaction) -> Asker:
    """A member of this server, with their roles if they are still in it."""
    here = asker_of(interaction)
    roles = tuple(str(role.id) for role in member.roles) if isinstance(member, discord.Member) else ()
    return Asker(here.platform, here.community, str(member.id), roles)


async def begin(interaction: Interaction) -> Tongue:
    """Acknowledge, for the moderator's eyes only."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    return tongue_of(interaction)


async def done(interaction: Interaction, tongue: Tongue, act: int, what: str) -> None:
    """Say that it is done and how to undo it, and tell the log."""
    undo = tongue.say("Act number {act}. To undo it: /mod undo.", act=act)
    await interaction.edit_original_response(content=f"{what}\n-# {undo}")
    await tell_log(interaction, f"{what} (#{act})")


async def tell_log(interaction: Interaction, what: str) -> None:
    """One line in the server's log channel, if it has one."""
    line = f"{interaction.user.mention}: {what}"
    await tell_house(interaction.client, asker_of(interaction).place, lambda _: line)


async def show_lines(interaction: Interaction, lines: list[str]) -> None:
    """As many lines as a message holds."""
    text = ""
    for line in lines:
        if len(text) + len(line) > MAX_LENGTH:
            text += "\n..."
            break
        text += f"\n{line}"
    await interaction.edit_original_response(content=text.strip())
