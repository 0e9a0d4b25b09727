"""`/mod reports list`: what members reported, and what owners object to, to be decided."""

from __future__ import annotations

from discord import app_commands
from discord.app_commands import locale_str

from bot.discord.buttons.complaints import docket_shown
from bot.discord.commands.moderation.group import begin
from bot.discord.replies import Interaction, answering

REPORTS: app_commands.Group = app_commands.Group(
    name=locale_str("reports"), description=locale_str("What members reported.")
)


@REPORTS.command(name=locale_str("list"), description=locale_str("What waits for a decision, longest first."))
async def list_reports(interaction: Interaction) -> None:
    """With buttons for each decision; whether they may press one is checked as they do."""

    async def answer() -> None:
        await begin(interaction)
        await interaction.client.rights.check_moderator(interaction)
        text, view = await docket_shown(interaction)
        await interaction.edit_original_response(content=text, view=view)

    await answering(interaction, answer)
