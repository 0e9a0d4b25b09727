"""`/me photo` and `/wardrobe`: what a member keeps, so that they need not send it each time."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str

from bot.core.intake import check_size
from bot.core.member_texts import hung_text, taken_out_text, wardrobe_text
from bot.discord.buttons.consent import when_agreed
from bot.discord.buttons.keepsakes import RemovePhotoButton
from bot.discord.commands.pictures import PRIVATE, REPAINT, SEED, TYPES, Asked, Seed, begin, sent, type_of
from bot.discord.files import File
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of
from tasks.records import MAX_NAME, Control, GarmentType

# Under which names they wait for consent.
PHOTO, GARMENT = "photo", "garment"
_MOST_CHOICES = 25
Name = app_commands.Range[str, 1, MAX_NAME]

ME: app_commands.Group = app_commands.Group(
    name=locale_str("me"), description=locale_str("What you keep of yourself.")
)
WARDROBE: app_commands.Group = app_commands.Group(
    name=locale_str("wardrobe"), description=locale_str("Garments that you keep.")
)


@ME.command(
    name=locale_str("photo"),
    description=locale_str("Save a photo of yourself; without one, see the saved one."),
)
@app_commands.rename(photo=locale_str("photo"))
@app_commands.describe(photo=locale_str("Takes the place of the one before."))
async def me_photo(interaction: Interaction, photo: discord.Attachment | None = None) -> None:
    """Save, replace, or look at it and take it away."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        if photo is None:
            await _show_photo(interaction)
            return
        check_size(photo.size, interaction.client.settings.max_picture_mb)
        await when_agreed(interaction, PHOTO, File.of(photo).kept())

    await answering(interaction, answer)


async def _show_photo(interaction: Interaction) -> None:
    tongue = tongue_of(interaction)
    picture = await interaction.client.keepsakes.photo(person_of(interaction.user))
    view = discord.ui.View(timeout=None)
    view.add_item(RemovePhotoButton(tongue.say("Delete")))
    await interaction.followup.send(
        tongue.say("Your saved photo, which only you see. To replace it: /me photo with another one."),
        file=discord.File(io.BytesIO(picture), filename="me.jpg"),
        view=view,
        ephemeral=True,
    )


async def save_photo(interaction: Interaction, wanted: Mapping[str, Any]) -> None:
    """They agreed to the terms: the file is their photo from now on."""
    client = interaction.client
    await client.keepsakes.save_photo(asker_of(interaction), await File(**wanted).read(client))
    text = tongue_of(interaction).say(
        "Saved. From now on you need no photo of yourself for /tryon and /pose. To see it or delete it: /me"
        " photo."
    )
    await interaction.followup.send(text, ephemeral=True)


@WARDROBE.command(name=locale_str("add"), description=locale_str("Hang a garment into your wardrobe."))
@app_commands.rename(name=locale_str("name"), garment=locale_str("garment"), garment_type=locale_str("type"))
@app_commands.describe(
    name=locale_str("What you call it."),
    garment=locale_str("A photo of the garment."),
    garment_type=locale_str("What kind of garment it is; a top if you do not say."),
)
@app_commands.choices(garment_type=TYPES)
async def add(
    interaction: Interaction, name: Name, garment: discord.Attachment, garment_type: str = "upper_body"
) -> None:
    """Under a name of its own."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await hang(interaction, name, File.of(garment), type_of(garment_type))

    await answering(interaction, answer)


async def hang(interaction: Interaction, name: str, garment: File, garment_type: GarmentType) -> None:
    """Into the wardrobe, after consent. The interaction was deferred, for the member's eyes only."""
    check_size(garment.size, interaction.client.settings.max_picture_mb)
    wanted = {"name": name, "garment": garment.kept(), "garment_type": garment_type}
    await when_agreed(interaction, GARMENT, wanted)


async def save_garment(interaction: Interaction, wanted: Mapping[str, Any]) -> None:
    """They agreed to the terms: it hangs in their wardrobe from now on."""
    client = interaction.client
    picture = await File(**wanted["garment"]).read(client)
    kind = type_of(wanted["garment_type"])
    saved = await client.keepsakes.add_garment(asker_of(interaction), wanted["name"], kind, picture)
    await interaction.followup.send(hung_text(tongue_of(interaction), saved.name), ephemeral=True)


@WARDROBE.command(name=locale_str("list"), description=locale_str("What hangs in your wardrobe."))
async def list_garments(interaction: Interaction) -> None:
    """By name."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        garments = await interaction.client.keepsakes.wardrobe(person_of(interaction.user))
        await interaction.followup.send(wardrobe_text(tongue_of(interaction), garments), ephemeral=True)

    await answering(interaction, answer)


@WARDROBE.command(name=locale_str("wear"), description=locale_str("Try on a garment of your wardrobe."))
@app_commands.rename(
    name=locale_str("name"),
    person=locale_str("person"),
    private=locale_str("private"),
    seed=locale_str("seed"),
    repaint=locale_str("repaint"),
)
@app_commands.describe(
    name=locale_str("Which one."),
    person=locale_str("A photo of yourself, from the front; your saved one if you leave it out."),
    private=PRIVATE,
    seed=SEED,
    repaint=REPAINT,
)
async def wear(
    interaction: Interaction,
    name: Name,
    person: discord.Attachment | None = None,
    private: bool = False,
    seed: Seed | None = None,
    repaint: bool | None = None,
) -> None:
    """On the saved photo, or a given one."""
    # Its type is the garment's own.
    asked = Asked(Control.TRYON, sent(person), name, None, private, seed, repaint)
    await answering(interaction, lambda: begin(interaction, asked))


@WARDROBE.command(name=locale_str("remove"), description=locale_str("Take a garment out, for good."))
@app_commands.rename(name=locale_str("name"))
@app_commands.describe(name=locale_str("Which one."))
async def remove(interaction: Interaction, name: Name) -> None:
    """Its picture is deleted."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        garment = await interaction.client.keepsakes.remove_garment(person_of(interaction.user), name)
        text = taken_out_text(tongue_of(interaction), garment.name)
        await interaction.followup.send(text, ephemeral=True)

    await answering(interaction, answer)


@wear.autocomplete("name")
@remove.autocomplete("name")
async def _names(interaction: Interaction, current: str) -> list[Choice[str]]:
    wanted = current.casefold()
    garments = await interaction.client.keepsakes.wardrobe(person_of(interaction.user))
    names = [one.name for one in garments if wanted in one.name.casefold()]
    return [Choice(name=name, value=name) for name in names[:_MOST_CHOICES]]


COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group, ...] = (ME, WARDROBE)
