"""What is under a right click on a message: *Try this on me*, *Use as garment*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.intake import check_size
from bot.core.tongue import Tongue
from bot.discord.buttons.consent import when_agreed
from bot.discord.buttons.job import type_options
from bot.discord.buttons.keepsakes import name_input
from bot.discord.commands.keepsakes import hang
from bot.discord.commands.pictures import Asked, begin, sent, type_of
from bot.discord.files import File
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of
from tasks.errors import PictureUnreadable
from tasks.records import GARMENT_TYPES, Control


@app_commands.context_menu(name=locale_str("Try this on me"))
async def try_this_on(interaction: Interaction, message: discord.Message) -> None:
    """The first picture of the message is the garment; a form asks for the person, if no photo is saved."""

    async def answer() -> None:
        garment = _picture_of(message)
        saved = await interaction.client.keepsakes.has_photo(person_of(interaction.user))
        await interaction.response.send_modal(PersonForm(tongue_of(interaction), garment, saved=saved))

    await answering(interaction, answer)


@app_commands.context_menu(name=locale_str("Use as garment"))
async def use_as_garment(interaction: Interaction, message: discord.Message) -> None:
    """Into the wardrobe under a name, or ready for the next try-on; a form asks which."""

    async def answer() -> None:
        garment = _picture_of(message)
        await interaction.response.send_modal(GarmentForm(tongue_of(interaction), garment))

    await answering(interaction, answer)


class PersonForm(discord.ui.Modal):
    """Asks for what the message does not say."""

    def __init__(self, tongue: Tongue, garment: File, *, saved: bool) -> None:
        super().__init__(title=tongue.say("Try this on"), timeout=15 * 60)
        self._garment = garment
        self._person: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
            custom_id="person", required=not saved, min_values=0 if saved else 1, max_values=1
        )
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
                description=(
                    tongue.say("Leave it empty for your saved photo.")
                    if saved
                    else tongue.say("A photo of yourself, from the front.")
                ),
                component=self._person,
            )
        )
        self.add_item(discord.ui.Label(text=tongue.say("Garment type"), component=self._type))
        self.add_item(discord.ui.Label(text=tongue.say("Who sees the picture"), component=self._private))

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]
        kind = next(name for name in GARMENT_TYPES if name in self._type.values)
        asked = Asked(
            Control.TRYON,
            source=sent(next(iter(self._person.values), None)),
            reference=self._garment,
            garment_type=kind,
            private="yes" in self._private.values,
            seed=None,
            repaint=None,
        )
        await answering(interaction, lambda: begin(interaction, asked))


class GarmentForm(discord.ui.Modal):
    """Asks for the garment's name, if it is to be kept, and for its type."""

    def __init__(self, tongue: Tongue, garment: File) -> None:
        super().__init__(title=tongue.say("Use as garment"), timeout=15 * 60)
        self._garment = garment
        self._name: discord.ui.TextInput[Any] = name_input(required=False)
        self._type: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="type", options=type_options(tongue, "upper_body")
        )
        self.add_item(
            discord.ui.Label(
                text=tongue.say("Name of the garment"),
                description=tongue.say("For your wardrobe; empty: only for your next /tryon."),
                component=self._name,
            )
        )
        self.add_item(discord.ui.Label(text=tongue.say("Garment type"), component=self._type))

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._submit(interaction))

    async def _submit(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        kind = next(name for name in GARMENT_TYPES if name in self._type.values)
        if self._name.value.strip():
            await hang(interaction, self._name.value, self._garment, kind)
            return
        check_size(self._garment.size, interaction.client.settings.max_picture_mb)
        wanted = {"garment": self._garment.kept(), "garment_type": kind}
        await when_agreed(interaction, READY, wanted)


# Under which name it waits for consent.
READY = "ready"


async def put_ready(agreed: Interaction, wanted: Mapping[str, Any]) -> None:
    """They agreed to the terms: the garment is ready for their next try-on."""
    client = agreed.client
    photo = await File(**wanted["garment"]).read(client)
    await client.rack.hang(asker_of(agreed), str(agreed.id), photo, type_of(wanted["garment_type"]))
    text = tongue_of(agreed).say("Ready. Call /tryon without a garment in the next minutes.")
    await agreed.followup.send(text, ephemeral=True)


def _picture_of(message: discord.Message) -> File:
    garment = next((one for one in message.attachments if _is_picture(one)), None)
    if garment is None:
        raise PictureUnreadable("the message has no picture")
    return File.of(garment)


def _is_picture(attachment: discord.Attachment) -> bool:
    """As Discord was told; the bytes are looked at when they are here."""
    return (attachment.content_type or "").startswith("image/")
