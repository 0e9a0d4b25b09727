"""A member's own affairs: `/quota`, `/queue`, `/privacy`, `/forget me`, `/help`; for their eyes only."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.affairs import Waiting, keeping
from bot.core.tongue import Tongue
from bot.discord.buttons.consent import RevokeButton, consent_view
from bot.discord.buttons.forget import ForgetButton
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of
from tasks.records import JobState, Quota, Window
from tasks.reports import QueueStatus


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
        lines = [queue_text(tongue, status), *(_waiting_text(tongue, waiting) for waiting in mine)]
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
        tongue = tongue_of(interaction)
        agreed = await client.asking.consented(person)
        text = privacy_text(tongue, interaction, agreed=agreed)
        if agreed:
            view = discord.ui.View(timeout=None)
            view.add_item(RevokeButton(tongue.say("Take consent back")))
        else:
            view = consent_view(tongue, client.settings.consent_version)
        await interaction.followup.send(text, view=view, ephemeral=True)

    await answering(interaction, answer)


@app_commands.command(name=locale_str("help"), description=locale_str("How this works."))
async def help_command(interaction: Interaction) -> None:
    """All commands, in a few lines."""

    async def answer() -> None:
        tongue = tongue_of(interaction)
        await interaction.response.send_message(help_text(tongue), ephemeral=True)

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
        text = tongue.say(
            "I delete everything about you, everywhere: photos, pictures, what you saved, your consent and"
            " what you made. What waits is cancelled. There is no way back. Pictures that stand in a chat"
            " stay there until you delete them."
        )
        await interaction.response.send_message(text, view=view, ephemeral=True)

    await answering(interaction, answer)


COMMANDS: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group, ...] = (
    quota,
    queue,
    privacy,
    help_command,
    forget,
)


def quota_text(tongue: Tongue, mine: Quota) -> str:
    """A member's quota in a few lines."""
    lines = [
        tongue.count("**You have one picture left.**", "**You have {number} pictures left.**", mine.left),
    ]
    if mine.window is Window.DAILY:
        lines.append(tongue.say("Used today: {used} of {limit}.", used=mine.used, limit=mine.limit))
    else:
        lines.append(
            tongue.say("Used in the last 24 hours: {used} of {limit}.", used=mine.used, limit=mine.limit)
        )
    if mine.bonus:
        lines.append(
            tongue.count(
                "On top of that you have one more, which stays until you use it.",
                "On top of that you have {number} more, which stay until you use them.",
                mine.bonus,
            )
        )
    if mine.pool_left is not None:
        lines.append(
            tongue.count(
                "This community has one picture left for everybody.",
                "This community has {number} pictures left for everybody.",
                mine.pool_left,
            )
        )
    if mine.resets_at is not None:
        lines.append(tongue.say("The next ones come {when}.", when=mine.resets_at))
    lines.append(tongue.say("A picture that fails or is cancelled costs nothing."))
    return "\n".join(lines)


def queue_text(tongue: Tongue, status: QueueStatus) -> str:
    """The whole queue in a line."""
    if status.paused:
        return tongue.say("The queue is paused for maintenance. What you asked for waits, and is not lost.")
    waiting = tongue.count("One picture is waiting.", "{number} pictures are waiting.", status.queued)
    making = tongue.count("One is in the making.", "{number} are in the making.", status.running)
    return f"{waiting} {making}"


def _waiting_text(tongue: Tongue, waiting: Waiting) -> str:
    if waiting.job.state is JobState.RUNNING:
        return "• " + tongue.say("Yours (number {job}) is in the making.", job=waiting.job.id)
    if waiting.ready_at is None:
        return "• " + tongue.say(
            "Yours (number {job}): {before} before it.", job=waiting.job.id, before=waiting.position
        )
    return "• " + tongue.say(
        "Yours (number {job}): {before} before it, ready about {when}.",
        job=waiting.job.id,
        before=waiting.position,
        when=waiting.ready_at,
    )


def privacy_text(tongue: Tongue, interaction: Interaction, *, agreed: bool) -> str:
    """What is kept, whether they agreed, what they can do."""
    version = interaction.client.settings.consent_version
    consent = (
        tongue.say("You agreed to version {version} of the terms.", version=version)
        if agreed
        else tongue.say("You have not agreed to the terms, so none of your photos is taken in.")
    )
    return "\n".join(
        [
            tongue.say("**Your privacy**"),
            keeping(tongue, interaction.client.settings),
            tongue.say(
                "Beside that I keep your user number, how many pictures you made and when, your consent, and"
                " what moderators decided about you. Nothing is given to anybody, and nothing is learned from"
                " your photos."
            ),
            consent,
            tongue.say("Delete everything: /forget."),
        ]
    )


def help_text(tongue: Tongue) -> str:
    """What there is."""
    return "\n".join(
        [
            tongue.say("**See yourself in a garment**"),
            "`/tryon` " + tongue.say("a photo of you and one of a garment"),
            "`/pose` " + tongue.say("a photo of you and one of a pose"),
            tongue.say("A right click on a message with a picture, *Apps*: try it on."),
            "`/quota` " + tongue.say("how many pictures you have left"),
            "`/queue` " + tongue.say("where your pictures are in the queue"),
            "`/history` " + tongue.say("what you had made, to see it again"),
            "`/privacy` " + tongue.say("what is kept, and your consent"),
            "`/forget me` " + tongue.say("have everything deleted"),
            "",
            tongue.say(
                "Best photos: one person, from the front, in good light; the garment alone, on something"
                " plain."
            ),
            tongue.say("Under each picture there are buttons: another go, other settings, compare, delete."),
        ]
    )
