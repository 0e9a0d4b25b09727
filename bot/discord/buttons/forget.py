"""The button that deletes a member."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.core.member_texts import forgotten_text
from bot.discord.people import person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of


class ForgetButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"forget:me"):
    """Stands under a question that only the member sees."""

    def __init__(self, label: str) -> None:
        super().__init__(
            discord.ui.Button(label=label, style=discord.ButtonStyle.danger, custom_id="forget:me")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(item.label or "")

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._forget(interaction))

    async def _forget(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        client = interaction.client
        await client.pending.take(person_of(interaction.user))
        forgotten = await client.affairs.forget(person_of(interaction.user))
        tongue = tongue_of(interaction)
        await interaction.edit_original_response(content=forgotten_text(tongue, forgotten), view=None)
