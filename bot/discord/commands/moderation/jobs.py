"""`/mod jobs`: what is asked for in this server, stopped or taken away."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.crossing import aside
from bot.core.moderator_texts import job_line
from bot.discord.commands.moderation.group import begin, member_asker, show_lines, tell_log
from bot.discord.people import asker_of, mention, person_of
from bot.discord.replies import Interaction, answering

JOBS: app_commands.Group = app_commands.Group(
    name=locale_str("jobs"), description=locale_str("What is asked for in this server.")
)
Number = app_commands.Range[int, 1, 2**53 - 1]
_NUMBER = locale_str("The picture's number, as in the list.")
_REASON = locale_str("Why; it stands in the record.")


@JOBS.command(name=locale_str("list"), description=locale_str("The newest pictures, and how they stand."))
@app_commands.rename(user=locale_str("user"))
@app_commands.describe(user=locale_str("Only this member's."))
async def list_jobs(interaction: Interaction, user: discord.User | None = None) -> None:
    """Newest first. No picture is shown."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        person = None if user is None else member_asker(user, interaction).person
        jobs = await aside(client.desk.jobs, place=asker_of(interaction).place, person=person, limit=25)
        lines = [job_line(tongue, job, mention) for job in jobs] or [tongue.say("Nothing was asked for yet.")]
        await show_lines(interaction, lines)

    await answering(interaction, answer)


@JOBS.command(name=locale_str("cancel"), description=locale_str("Stop somebody's picture; it costs nothing."))
@app_commands.rename(number=locale_str("number"), reason=locale_str("reason"))
@app_commands.describe(number=_NUMBER, reason=_REASON)
async def cancel(
    interaction: Interaction, number: Number, reason: app_commands.Range[str, 0, 200] = ""
) -> None:
    """Waiting or in the making."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        await client.rights.check_over_owner(interaction, await client.affairs.job(number))
        act = await client.moderating.cancel_job(person_of(interaction.user), number, reason)
        client.delivery.wake()
        what = tongue.say("Picture {number} is stopped.", number=number)
        await interaction.edit_original_response(content=what)
        await tell_log(interaction, f"{what} (#{act})")

    await answering(interaction, answer)


@JOBS.command(
    name=locale_str("remove"),
    description=locale_str("Take somebody's picture away, for good; it still counts."),
)
@app_commands.rename(number=locale_str("number"), reason=locale_str("reason"))
@app_commands.describe(number=_NUMBER, reason=_REASON)
async def remove(
    interaction: Interaction, number: Number, reason: app_commands.Range[str, 0, 200] = ""
) -> None:
    """Out of the store and out of the chat."""

    async def answer() -> None:
        tongue = await begin(interaction)
        client = interaction.client
        await client.rights.check_moderator(interaction)
        job = await client.affairs.job(number)
        await client.rights.check_over_owner(interaction, job)
        await client.moderating.remove_job(person_of(interaction.user), number, reason)
        await client.post.take_down(job)
        client.notices.wake()
        what = tongue.say("Picture {number} is taken away.", number=number)
        await interaction.edit_original_response(content=what)
        await tell_log(interaction, what)

    await answering(interaction, answer)
