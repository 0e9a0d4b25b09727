"""What is under a right click on a message: *Try this on me*."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.tongue import Tongue
from bot.discord.buttons.job import type_options
from bot.discord.commands.pictures import Asked, begin
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of
from tasks.errors import PictureUnreadable
from tasks.records import GARMENT_TYPES, Control


@app_commands.context_menu(name=locale_str("Try this on me"))
async def try_this_on(interaction: Interaction, message: discord.Message) -> None:
    """The first picture of the message is the garment; a form asks for the person."""

    async def answer() -> None:
        garment = next((one for one in message.attachments if _is_picture(one)), None)
        if garment is None:
            raise PictureUnreadable("the message has no picture")
        await interaction.response.send_modal(PersonForm(tongue_of(interaction), garment))

    await answering(interaction, answer)


class PersonForm(discord.ui.Modal):
    """Asks for what the message does not say."""

    def __init__(self, tongue: Tongue, garment: discord.Attachment) -> None:
        super().__init__(title=tongue.say("Try this on"), timeout=15 * 60)
        self._garment = garment
        self._person: discord.ui.FileUpload[Any] = discord.ui.FileUpload(custom_id="person", max_values=1)
        self._type: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="type", options=type_options(tongue, "upper_body")
        )
        self._private: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="private",
            options=[
                discord.SelectOption(label=tongue.say("Everybody here"), value="no", default=True),
                discord.SelectOption(label=tongue.say("Only you"), value="yes"),
            ],
        )
        self.add_item(
            discord.ui.Label(
                text=tongue.say("Your photo"),
                description=tongue.say("A photo of yourself, from the front."),
                component=self._person,
            )
        )
        self.add_item(discord.ui.Label(text=tongue.say("Garment type"), component=self._type))
        self.add_item(discord.ui.Label(text=tongue.say("Who sees the picture"), component=self._private))

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]
        kind = next(name for name in GARMENT_TYPES if name in self._type.values)
        asked = Asked(
            Control.TRYON,
            source=self._person.values[0],
            reference=self._garment,
            garment_type=kind,
            private="yes" in self._private.values,
            seed=None,
            repaint=None,
        )
        await answering(interaction, lambda: begin(interaction, asked))


def _is_picture(attachment: discord.Attachment) -> bool:
    """As Discord was told; the bytes are looked at when they are here."""
    return (attachment.content_type or "").startswith("image/")
