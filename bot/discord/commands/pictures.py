"""`/tryon` and `/pose`: from two attachments to a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.core.asking import MAX_SEED, Second, Wish
from bot.core.errors import NoSavedPhoto, WrongChannel
from bot.core.intake import check_size
from bot.discord.address import Address
from bot.discord.buttons.consent import hold
from bot.discord.files import File
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, acknowledge, answering, put_up
from bot.discord.speech import tongue_of
from tasks.records import GARMENT_TYPES, Asker, Control, GarmentType, Person, Scalar

if TYPE_CHECKING:
    from bot.discord.client import TryOnClient


class Ready(Enum):
    """The garment that the member put ready for their next try-on."""

    ONE = "ready"


# A file that came, a garment of the wardrobe by its name, the one put ready, or the saved photo (`None`).
Photo = File | str | Ready | None


@dataclass(frozen=True)
class Asked:
    """What a command was given. `garment_type`: of a garment of the wardrobe, its own holds; of one that was
    put ready, where none is given."""

    control: Control
    source: Photo
    reference: Photo
    garment_type: GarmentType | None
    private: bool
    seed: int | None
    repaint: bool | None
    second: File | None = None
    second_type: GarmentType | None = None

    @classmethod
    def of_kept(cls, kept: Mapping[str, Any]) -> Self:
        """What `kept` gave."""
        photos = {name: _photo(kept[name]) for name in _PHOTOS}
        return cls(**{**kept, **photos, "control": Control(kept["control"])})

    def kept(self) -> dict[str, Any]:
        """As JSON has it."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in _PHOTOS:
            if isinstance(photo := values[name], File):
                values[name] = photo.kept()
            elif isinstance(photo, Ready):
                values[name] = {"ready": True}
        return values

    @property
    def needs_saved_photo(self) -> bool:
        return self.source is None or self.reference is None

    def files(self) -> list[File]:
        photos = (self.source, self.reference, self.second)
        return [photo for photo in photos if isinstance(photo, File)]

    async def wish(self, client: TryOnClient, asker: Asker) -> Wish:
        """With the files, from Discord or as saved."""
        garment_type, second = self.garment_type, None
        keepsakes, person = client.keepsakes, asker.person
        if isinstance(self.reference, str):
            garment, reference = await keepsakes.garment(person, self.reference)
            garment_type = garment.garment_type
        elif isinstance(self.reference, Ready):
            reference, of_ready = await client.rack.ready(asker)
            garment_type = garment_type or of_ready
        else:
            reference = await _read(self.reference, client, person)
        if self.second is not None and self.second_type is not None:
            second = Second(await self.second.read(client), self.second_type)
            if garment_type == "lower_body" and second.garment_type == "upper_body":
                # A top hangs over trousers, whichever was named first.
                reference, second = second.photo, Second(reference, "lower_body")
                garment_type = "upper_body"
        assert not isinstance(self.source, str | Ready)
        return Wish(
            control=self.control,
            source=await _read(self.source, client, person),
            reference=reference,
            garment_type=garment_type,
            options=self.options(),
            second=second,
        )

    def options(self) -> dict[str, Scalar]:
        chosen: dict[str, Scalar] = {"seed": self.seed}
        if self.repaint is not None:
            chosen["repaint"] = self.repaint
        return chosen


async def _read(photo: File | None, client: TryOnClient, person: Person) -> bytes:
    return await client.keepsakes.photo(person) if photo is None else await photo.read(client)


# Which of what was asked for are photos.
_PHOTOS = ("source", "reference", "second")


def _photo(kept: Any) -> Photo:
    if isinstance(kept, Mapping):
        return Ready.ONE if "ready" in kept else File(**kept)
    return None if kept is None else str(kept)


def sent(attachment: discord.Attachment | None) -> File | None:
    """The file, where one came along."""
    return None if attachment is None else File.of(attachment)


TYPES = [
    app_commands.Choice[str](name=locale_str("Top"), value="upper_body"),
    app_commands.Choice[str](name=locale_str("Trousers or skirt"), value="lower_body"),
    app_commands.Choice[str](name=locale_str("Dress"), value="dresses"),
]
PRIVATE = locale_str("Only you see the picture.")
SEED = locale_str("The same seed gives the same picture; leave it out for any.")
REPAINT = locale_str("Keep your photo outside the garment exactly as it is.")
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
    second=locale_str("second"),
    second_type=locale_str("second-type"),
)
@app_commands.describe(
    person=locale_str("A photo of yourself, from the front; your saved one if you leave it out."),
    garment=locale_str("A photo of the garment; the one you put ready if you leave it out."),
    second=locale_str("Another garment, for an outfit; it costs a second picture."),
    second_type=locale_str("What kind the other one is; trousers or skirt if you do not say."),
    garment_type=locale_str("What kind of garment it is; a top if you do not say."),
    private=PRIVATE,
    seed=SEED,
    repaint=REPAINT,
)
@app_commands.choices(garment_type=TYPES, second_type=TYPES)
async def tryon(
    interaction: Interaction,
    person: discord.Attachment | None = None,
    garment: discord.Attachment | None = None,
    garment_type: str | None = None,
    private: bool = False,
    seed: Seed | None = None,
    repaint: bool | None = None,
    second: discord.Attachment | None = None,
    second_type: str = "lower_body",
) -> None:
    """A garment on a person, or two."""

    async def answer() -> None:
        worn = Ready.ONE if garment is None else File.of(garment)
        kind = None if garment is None and garment_type is None else type_of(garment_type or "upper_body")
        other = type_of(second_type)
        asked = Asked(Control.TRYON, sent(person), worn, kind, private, seed, repaint, sent(second), other)
        await begin(interaction, asked)

    await answering(interaction, answer)


@app_commands.command(
    name=locale_str("pose"), description=locale_str("See yourself in another pose: two photos, one picture.")
)
@app_commands.rename(
    target=locale_str("target"),
    person=locale_str("person"),
    private=locale_str("private"),
    seed=locale_str("seed"),
)
@app_commands.describe(
    person=locale_str("A photo of yourself, from the front; your saved one if you leave it out."),
    target=locale_str("A photo of somebody in the pose that you want."),
    private=PRIVATE,
    seed=SEED,
)
async def pose(
    interaction: Interaction,
    target: discord.Attachment,
    person: discord.Attachment | None = None,
    private: bool = False,
    seed: Seed | None = None,
) -> None:
    """A person in another one's pose."""
    asked = Asked(Control.POSE, File.of(target), sent(person), None, private, seed, None)
    await answering(interaction, lambda: begin(interaction, asked))


COMMANDS: tuple[app_commands.Command[Any, ..., Any], ...] = (tryon, pose)


async def begin(interaction: Interaction, asked: Asked) -> None:
    """From the acknowledgement to the desk, by way of consent where it is not given yet."""
    address = await acknowledge(interaction, private=asked.private)
    async with interaction.client.doorway.working():
        await _take_in(interaction, address, asked)


async def _take_in(interaction: Interaction, address: Address, asked: Asked) -> None:
    client = interaction.client
    await _check_channel(interaction)
    for file in asked.files():
        # As Discord says; the bytes themselves are looked at when they are here.
        check_size(file.size, client.settings.max_picture_mb)
    person = person_of(interaction.user)
    if asked.reference is Ready.ONE:
        # Before they read terms for nothing.
        await client.rack.ready(asker_of(interaction))
    if asked.needs_saved_photo and not await client.keepsakes.has_photo(person):
        raise NoSavedPhoto("no photo came along, and none is saved")
    if await client.asking.consented(person):
        await _submit(interaction, address, asked)
        return
    await hold(interaction, PICTURE, asked.kept())


async def _check_channel(interaction: Interaction) -> None:
    """A thread counts as its channel. Raises `WrongChannel`."""
    house = await interaction.client.houses.of(asker_of(interaction).place)
    here = {str(interaction.channel_id)}
    if isinstance(interaction.channel, discord.Thread):
        here.add(str(interaction.channel.parent_id))
    if house.channels and here.isdisjoint(house.channels):
        raise WrongChannel("the moderators have named other channels")


# Under which name it waits for consent.
PICTURE = "picture"


async def go_on(agreed: Interaction, wanted: Mapping[str, Any]) -> None:
    """They agreed: what they asked for before goes on in a message of its own."""
    asked = Asked.of_kept(wanted)
    tongue = tongue_of(agreed)
    placeholder = await agreed.followup.send(
        tongue.say("Looking at your photos ..."), ephemeral=asked.private, wait=True
    )
    try:
        address = await put_up(agreed, placeholder.id, private=asked.private)
        await _submit(agreed, address, asked)
    except Exception:
        await agreed.followup.delete_message(placeholder.id)
        raise


async def _submit(interaction: Interaction, address: Address, asked: Asked) -> None:
    client = interaction.client
    asker = asker_of(interaction)
    wish = await asked.wish(client, asker)
    await client.asking.ask(asker, str(interaction.id), wish, address.kept())
    if asked.reference is Ready.ONE:
        await client.rack.clear(asker)
    client.delivery.wake()


def type_of(name: str) -> GarmentType:
    """A garment type as Discord gives it back."""
    return next(known for known in GARMENT_TYPES if known == name)
