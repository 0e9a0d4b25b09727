"""Taking a saved photo away, and asking for a garment's name."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.core.member_texts import hung_text
from bot.core.tongue import Tongue
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of
from tasks.records import MAX_NAME, Job


class RemovePhotoButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"me:photo:remove"):
    """Under the saved photo, which only its owner sees."""

    def __init__(self, label: str) -> None:
        super().__init__(
            discord.ui.Button(label=label, style=discord.ButtonStyle.danger, custom_id="me:photo:remove")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(item.label or "")

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._remove(interaction))

    async def _remove(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        await interaction.client.keepsakes.remove_photo(person_of(interaction.user))
        text = tongue_of(interaction).say("Your photo is deleted.")
        await interaction.edit_original_response(content=text, attachments=[], view=None)


class GarmentNameForm(discord.ui.Modal):
    """Asks under which name the garment of a picture is to hang in the wardrobe."""

    def __init__(self, tongue: Tongue, job: Job) -> None:
        super().__init__(title=tongue.say("Into your wardrobe"), timeout=15 * 60)
        self._job = job
        self._name: discord.ui.TextInput[Any] = name_input()
        self.add_item(discord.ui.Label(text=tongue.say("Name of the garment"), component=self._name))

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._save(interaction))

    async def _save(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        garment = await interaction.client.keepsakes.add_garment_of(
            asker_of(interaction), self._job, self._name.value
        )
        await interaction.followup.send(hung_text(tongue_of(interaction), garment.name), ephemeral=True)


def name_input(*, required: bool = True) -> discord.ui.TextInput[Any]:
    """Where a garment's name is typed."""
    return discord.ui.TextInput(custom_id="name", required=required, max_length=MAX_NAME)
