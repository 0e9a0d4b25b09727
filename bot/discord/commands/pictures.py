"""`/tryon` and `/pose`: from two attachments to a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.affairs import terms
from bot.core.asking import MAX_SEED, Wish
from bot.core.errors import WrongChannel
from bot.core.intake import check_size
from bot.discord.address import Address
from bot.discord.buttons.consent import consent_view
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, acknowledge, answering, whisper
from bot.discord.speech import tongue_of
from tasks.records import GARMENT_TYPES, Control, GarmentType, Scalar


@dataclass(frozen=True)
class _Asked:
    """What the command was given."""

    control: Control
    source: discord.Attachment
    reference: discord.Attachment
    garment_type: GarmentType | None
    private: bool
    seed: int | None
    repaint: bool | None

    def options(self) -> dict[str, Scalar]:
        chosen: dict[str, Scalar] = {"seed": self.seed}
        if self.repaint is not None:
            chosen["repaint"] = self.repaint
        return chosen


_TYPES = [
    app_commands.Choice[str](name=locale_str("Top"), value="upper_body"),
    app_commands.Choice[str](name=locale_str("Trousers or skirt"), value="lower_body"),
    app_commands.Choice[str](name=locale_str("Dress"), value="dresses"),
]
_PRIVATE = locale_str("Only you see the picture.")
_SEED = locale_str("The same seed gives the same picture; leave it out for any.")
Seed = app_commands.Range[int, 0, MAX_SEED]


@app_commands.command(
    name=locale_str("tryon"), description=locale_str("See yourself in a garment: two photos, one picture.")
)
@app_commands.rename(
    person=locale_str("person"),
    garment=locale_str("garment"),
    garment_type=locale_str("type"),
    private=locale_str("private"),
    seed=locale_str("seed"),
    repaint=locale_str("repaint"),
)
@app_commands.describe(
    person=locale_str("A photo of yourself, from the front."),
    garment=locale_str("A photo of the garment."),
    garment_type=locale_str("What kind of garment it is; a top if you do not say."),
    private=_PRIVATE,
    seed=_SEED,
    repaint=locale_str("Keep your photo outside the garment exactly as it is."),
)
@app_commands.choices(garment_type=_TYPES)
async def tryon(
    interaction: Interaction,
    person: discord.Attachment,
    garment: discord.Attachment,
    garment_type: str = "upper_body",
    private: bool = False,
    seed: Seed | None = None,
    repaint: bool | None = None,
) -> None:
    """A garment on a person."""
    kind = next(name for name in GARMENT_TYPES if name == garment_type)
    asked = _Asked(Control.TRYON, person, garment, kind, private, seed, repaint)
    await answering(interaction, lambda: _begin(interaction, asked))


@app_commands.command(
    name=locale_str("pose"), description=locale_str("See yourself in another pose: two photos, one picture.")
)
@app_commands.rename(
    person=locale_str("person"),
    target=locale_str("target"),
    private=locale_str("private"),
    seed=locale_str("seed"),
)
@app_commands.describe(
    person=locale_str("A photo of yourself, from the front."),
    target=locale_str("A photo of somebody in the pose that you want."),
    private=_PRIVATE,
    seed=_SEED,
)
async def pose(
    interaction: Interaction,
    person: discord.Attachment,
    target: discord.Attachment,
    private: bool = False,
    seed: Seed | None = None,
) -> None:
    """A person in another one's pose."""
    asked = _Asked(Control.POSE, target, person, None, private, seed, None)
    await answering(interaction, lambda: _begin(interaction, asked))


COMMANDS: tuple[app_commands.Command[Any, ..., Any], ...] = (tryon, pose)


async def _begin(interaction: Interaction, asked: _Asked) -> None:
    message_id = await acknowledge(interaction, private=asked.private)
    async with interaction.client.doorway.working():
        await _take_in(interaction, message_id, asked)


async def _take_in(interaction: Interaction, message_id: int, asked: _Asked) -> None:
    client = interaction.client
    await _check_channel(interaction)
    for attachment in (asked.source, asked.reference):
        # As Discord says; the bytes themselves are looked at when they are here.
        check_size(attachment.size, client.settings.max_picture_mb)
    if await client.asking.consented(person_of(interaction.user)):
        await _submit(interaction, message_id, asked)
        return
    tongue = tongue_of(interaction)
    client.pending.keep(interaction.user.id, lambda agreed: _go_on(agreed, asked))
    await whisper(
        interaction,
        terms(tongue, client.settings),
        view=consent_view(tongue, client.settings.consent_version),
    )


async def _check_channel(interaction: Interaction) -> None:
    """A thread counts as its channel. Raises `WrongChannel`."""
    house = await interaction.client.houses.of(asker_of(interaction).place)
    here = {str(interaction.channel_id)}
    if isinstance(interaction.channel, discord.Thread):
        here.add(str(interaction.channel.parent_id))
    if house.channels and here.isdisjoint(house.channels):
        raise WrongChannel("the moderators have named other channels")


async def _go_on(agreed: Interaction, asked: _Asked) -> None:
    """They agreed: what they asked for before goes on in a message of its own."""
    tongue = tongue_of(agreed)
    placeholder = await agreed.followup.send(
        tongue.say("Looking at your photos ..."), ephemeral=asked.private, wait=True
    )
    try:
        await _submit(agreed, placeholder.id, asked)
    except Exception:
        await agreed.followup.delete_message(placeholder.id)
        raise


async def _submit(interaction: Interaction, message_id: int, asked: _Asked) -> None:
    client = interaction.client
    wish = Wish(
        control=asked.control,
        source=await asked.source.read(),
        reference=await asked.reference.read(),
        garment_type=asked.garment_type,
        options=asked.options(),
    )
    tongue = tongue_of(interaction)
    address = Address.of(interaction, message_id, tongue.language, private=asked.private)
    await client.asking.ask(asker_of(interaction), str(interaction.id), wish, address.kept())
    client.delivery.wake()
