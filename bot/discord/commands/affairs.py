"""A member's own affairs, for their eyes only: quota, queue, privacy, export, being forgotten, help."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.member_texts import (
    export_text,
    forget_question,
    help_text,
    privacy_text,
    queue_text,
    quota_text,
    waiting_text,
)
from bot.discord.buttons.consent import InputsButton, RevokeButton, consent_view
from bot.discord.buttons.forget import ForgetButton
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of


@app_commands.command(
    name=locale_str("quota"), description=locale_str("How many pictures you have left, and until when.")
)
async def quota(interaction: Interaction) -> None:
    """What is left."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        tongue = tongue_of(interaction)
        mine = await interaction.client.affairs.quota(asker_of(interaction))
        await interaction.followup.send(quota_text(tongue, mine), ephemeral=True)

    await answering(interaction, answer)


@app_commands.command(
    name=locale_str("queue"),
    description=locale_str("How long the queue is, and where your pictures are in it."),
)
async def queue(interaction: Interaction) -> None:
    """What waits."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        tongue = tongue_of(interaction)
        status, mine = await interaction.client.affairs.queue(person_of(interaction.user))
        lines = [queue_text(tongue, status), *(waiting_text(tongue, waiting) for waiting in mine)]
        await interaction.followup.send("\n".join(lines), ephemeral=True)

    await answering(interaction, answer)


@app_commands.command(
    name=locale_str("privacy"),
    description=locale_str("What is kept about you, and for how long; your consent."),
)
async def privacy(interaction: Interaction) -> None:
    """What is kept."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        client, person = interaction.client, person_of(interaction.user)
        tongue, settings = tongue_of(interaction), client.settings
        standing = await client.affairs.standing(person)
        house = await client.houses.of(asker_of(interaction).place)
        text = privacy_text(tongue, settings, standing, house.result_hours)
        if standing.agreed:
            view = discord.ui.View(timeout=None)
            if standing.keep_inputs:
                view.add_item(InputsButton("drop", tongue.say("Delete my photos at once")))
            elif settings.input_minutes:
                view.add_item(InputsButton("keep", tongue.say("Keep my photos for another go")))
            view.add_item(RevokeButton(tongue.say("Take consent back")))
        else:
            view = consent_view(tongue, settings)
        await interaction.followup.send(text, view=view, ephemeral=True)

    await answering(interaction, answer)


@app_commands.command(
    name=locale_str("export"), description=locale_str("Get everything that is kept about you, as a file.")
)
async def export(interaction: Interaction) -> None:
    """A ZIP that only the member gets."""

    async def answer() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        client = interaction.client
        exported = await client.affairs.export(person_of(interaction.user), interaction.filesize_limit)
        file = discord.File(io.BytesIO(exported.file), filename="giydir-export.zip")
        text = export_text(tongue_of(interaction), exported)
        await interaction.followup.send(text, file=file, ephemeral=True)

    await answering(interaction, answer)


@app_commands.command(name=locale_str("help"), description=locale_str("How this works."))
async def help_command(interaction: Interaction) -> None:
    """All commands, in a few lines."""

    async def answer() -> None:
        tongue = tongue_of(interaction)
        by_click = tongue.say("A right click on a message with a picture, *Apps*: try it on.")
        await interaction.response.send_message(help_text(tongue, [by_click]), ephemeral=True)

    await answering(interaction, answer)


forget: app_commands.Group = app_commands.Group(
    name=locale_str("forget"), description=locale_str("Have everything deleted.")
)


@forget.command(
    name=locale_str("me"), description=locale_str("Delete everything that is kept about you, pictures too.")
)
async def forget_me(interaction: Interaction) -> None:
    """Asks first: there is no way back."""

    async def answer() -> None:
        tongue = tongue_of(interaction)
        view = discord.ui.View(timeout=None)
        view.add_item(ForgetButton(tongue.say("Delete everything")))
        await interaction.response.send_message(forget_question(tongue), view=view, ephemeral=True)

    await answering(interaction, answer)


COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group, ...] = (
    quota,
    queue,
    privacy,
    export,
    help_command,
    forget,
)
