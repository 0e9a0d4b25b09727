"""`/mod ban`, `/mod unban`, `/mod bans`: from this bot only, in this server only."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.crossing import aside
from bot.core.moderator_texts import ban_line
from bot.discord.commands.moderation.group import begin, done, member_asker, show_lines
from bot.discord.people import asker_of, mention, person_of
from bot.discord.replies import Interaction, answering

_USER = locale_str("The member.")
_REASON = locale_str("Why; it stands in the record.")


@app_commands.command(name=locale_str("ban"), description=locale_str("Shut a member out of this bot."))
@app_commands.rename(user=locale_str("user"), days=locale_str("days"), reason=locale_str("reason"))
@app_commands.describe(
    user=_USER, days=locale_str("For how long; for good if you leave it out."), reason=_REASON
)
async def ban(
    interaction: Interaction,
    user: discord.User,
    days: app_commands.Range[int, 1, 3650] | None = None,
    reason: app_commands.Range[str, 0, 200] = "",
) -> None:
    """What waits of theirs is cancelled by the desk."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client, actor = interaction.client, person_of(interaction.user)
        await client.rights.check_above(interaction, user)
        member = member_asker(user, interaction)
        until = None if days is None else client.clock() + timedelta(days=days)
        act = await aside(client.desk.ban, actor, member.person, member.place, until, reason)
        client.delivery.wake()
        if until is None:
            what = tongue.say("{user} is shut out.", user=user.mention)
        else:
            what = tongue.say("{user} is shut out; that ends {when}.", user=user.mention, when=until)
        await done(interaction, tongue, act, what)

    await answering(interaction, answer)


@app_commands.command(name=locale_str("unban"), description=locale_str("Let a member in again."))
@app_commands.rename(user=locale_str("user"), reason=locale_str("reason"))
@app_commands.describe(user=_USER, reason=_REASON)
async def unban(
    interaction: Interaction, user: discord.User, reason: app_commands.Range[str, 0, 200] = ""
) -> None:
    """Lift the ban of this server."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client, actor = interaction.client, person_of(interaction.user)
        await client.rights.check_above(interaction, user)
        member = member_asker(user, interaction)
        act = await aside(client.desk.unban, actor, member.person, member.place, reason)
        await done(interaction, tongue, act, tongue.say("{user} may use the bot again.", user=user.mention))

    await answering(interaction, answer)


@app_commands.command(name=locale_str("bans"), description=locale_str("Who is shut out of this bot."))
async def bans(interaction: Interaction) -> None:
    """Those of this server, newest first."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        found = await aside(client.desk.bans, asker_of(interaction).place)
        lines = [ban_line(tongue, one, mention) for one in found] or [tongue.say("Nobody is shut out.")]
        await show_lines(interaction, lines)

    await answering(interaction, answer)
