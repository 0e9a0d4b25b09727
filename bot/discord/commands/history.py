"""`/history`: what a member had made, and any of it once more for their eyes only."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.member_texts import history_text
from bot.core.notices import notice_text
from bot.core.progress import Answer, answer_text
from bot.core.tongue import Tongue
from bot.discord.buttons.job import Action, JobButton
from bot.discord.buttons.views import answer_view
from bot.discord.people import person_of
from bot.discord.post import picture_name
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of
from tasks.reports import Verdict

_MOST = 15


@app_commands.command(
    name=locale_str("history"), description=locale_str("What you had made; show one again.")
)
@app_commands.rename(number=locale_str("number"))
@app_commands.describe(number=locale_str("Show this picture, as long as it is kept."))
async def history(
    interaction: Interaction, number: app_commands.Range[int, 1, 2**53 - 1] | None = None
) -> None:
    """A list, or one picture."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        tongue = tongue_of(interaction)
        if number is None:
            await _show_list(interaction, tongue)
        else:
            await _show_one(interaction, tongue, number)

    await answering(interaction, answer)


async def _show_list(interaction: Interaction, tongue: Tongue) -> None:
    jobs = await interaction.client.affairs.history(person_of(interaction.user), _MOST)
    await interaction.edit_original_response(content=history_text(tongue, jobs))


async def _show_one(interaction: Interaction, tongue: Tongue, number: int) -> None:
    affairs = interaction.client.affairs
    person = person_of(interaction.user)
    job = await affairs.own_job(person, number)
    if await interaction.client.complaints.may_appeal(person, number):
        objecting = discord.ui.View(timeout=None)
        objecting.add_item(JobButton(job.id, Action.APPEAL, tongue.say("Object ...")))
        removed = notice_text(tongue, Verdict.REMOVED, job.id, may_appeal=True)
        await interaction.edit_original_response(content=removed, view=objecting)
        return
    shown = Answer(job, await affairs.picture(job))
    assert shown.picture is not None
    file = discord.File(io.BytesIO(shown.picture), filename=picture_name(job, shown.picture))
    view = answer_view(tongue, shown, again=await affairs.may_go_again(job), shared=False)
    await interaction.edit_original_response(
        content=answer_text(tongue, shown), attachments=[file], view=view
    )
