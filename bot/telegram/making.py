"""From photos to a picture: `/tryon` under a photo or as a reply to one, two photos, or an album."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telegram.error import BadRequest

from bot.core.asking import Second, Wish
from bot.core.crossing import aside
from bot.core.errors import NoSavedPhoto
from bot.core.guessing import first_is_person, most_like_person
from bot.core.intake import check_size
from bot.telegram.address import Address
from bot.telegram.buttons.terms import hold, terms_shown
from bot.telegram.said import Photo, photo_of
from tasks.errors import PictureTooLarge
from tasks.records import Control, Draft, GarmentType, Scalar, Submitted

if TYPE_CHECKING:
    from telegram import Message

    from bot.telegram.client import TelegramClient
    from bot.telegram.turn import Turn

# What somebody may write behind /tryon, in the languages that we have.
_TYPES: dict[str, GarmentType] = {
    **dict.fromkeys(("top", "shirt", "jacket", "üst", "gömlek", "ceket"), "upper_body"),
    **dict.fromkeys(("trousers", "pants", "skirt", "pantolon", "etek"), "lower_body"),
    **dict.fromkeys(("dress", "elbise"), "dresses"),
}


@dataclass(frozen=True)
class Asked:
    """What somebody asked for. `first` is `None` for the saved photo of themselves. `event` is the message
    that asked, by which a repeated update is known; `words` stood behind the command. `second` is a photo, or
    the name of a garment of the wardrobe. `third`: another garment, for an outfit. A `Draft` came before, and
    waited for its other half. `sure`: the first one is the person's, nobody has to guess."""

    first: Photo | Draft | None
    second: Photo | Draft | str
    event: int
    words: tuple[str, ...] = ()
    control: Control = Control.TRYON
    third: Photo | None = None
    sure: bool = False

    @property
    def garment_type(self) -> GarmentType:
        return type_meant(self.words)

    @property
    def options(self) -> dict[str, Scalar]:
        """A number behind the command is the seed."""
        return {"seed": next((int(word) for word in self.words if word.isascii() and word.isdigit()), None)}

    def photos(self) -> list[Photo]:
        """What is to be fetched."""
        return [one for one in (self.first, self.second, self.third) if isinstance(one, Photo)]


def types_meant(words: tuple[str, ...]) -> list[GarmentType]:
    """All that are named, in their order."""
    return [_TYPES[word.lower()] for word in words if word.lower() in _TYPES]


def type_meant(words: tuple[str, ...]) -> GarmentType:
    """The first that is named; else a top."""
    return next(iter(types_meant(words)), "upper_body")


def outfit_meant(words: tuple[str, ...]) -> tuple[GarmentType, GarmentType]:
    """Of two garments. Where nothing is said, a top and then what is worn below it."""
    named = types_meant(words)
    first = named[0] if named else "upper_body"
    other: GarmentType = "upper_body" if first == "lower_body" else "lower_body"
    return first, named[1] if len(named) > 1 else other


def photo_meant(message: Message) -> Photo | None:
    """The message's own, else that of the message that it replies to."""
    return photo_of(message) or photo_replied_to(message)


def photo_replied_to(message: Message) -> Photo | None:
    return None if message.reply_to_message is None else photo_of(message.reply_to_message)


async def begin(turn: Turn, asked: Asked) -> bool:
    """From the acknowledgement to the desk, by way of consent where it is not given yet: then it is not asked
    for now."""
    client = turn.client
    await turn.begin_answer(turn.tongue.say("Looking at your photos ..."))
    for photo in asked.photos():
        # As Telegram says; the bytes themselves are looked at when they are here.
        check_size(photo.size, client.settings.max_picture_mb)
    if asked.first is None and not await client.keepsakes.has_photo(turn.person):
        raise NoSavedPhoto("no photo came along, and none is saved")
    if not await client.asking.consented(turn.person):
        await hold(turn)
        placeholder, turn.placeholder = turn.placeholder, None
        assert placeholder is not None
        await turn.edit(placeholder, *await terms_shown(turn))
        return False
    if isinstance(asked.first, Photo):
        await client.halves.clear(turn.asker)
    async with client.at_work:
        await _submit(turn, asked)
    return True


async def _submit(turn: Turn, asked: Asked) -> None:
    client, garment_type = turn.client, asked.garment_type
    if isinstance(asked.second, str):
        garment, second = await client.keepsakes.garment(turn.person, asked.second)
        garment_type = garment.garment_type
    else:
        second = await _read(turn, asked.second)
    address = address_of(turn, asked.event)
    if asked.first is None:
        person = await client.keepsakes.photo(turn.person)
    else:
        person = await _read(turn, asked.first)
    if asked.third is not None:
        wish, guessed = await _outfit(asked, person, second, await fetch(client, asked.third))
        address = replace(address, guessed=guessed)
    elif asked.control is Control.POSE:
        wish = Wish(Control.POSE, second, person, None, asked.options)
    else:
        if asked.first is not None and not (asked.sure or isinstance(asked.second, str)):
            first = await aside(first_is_person, person, second)
            address = replace(address, guessed=(1, 2) if first else (2, 1))
            person, second = (person, second) if first else (second, person)
        wish = Wish(Control.TRYON, person, second, garment_type, asked.options)
    request_id = f"{turn.chat.id}:{asked.event}"
    await settle(turn, await client.asking.ask(turn.asker, request_id, wish, address.kept()))


async def _outfit(asked: Asked, *photos: bytes) -> tuple[Wish, tuple[int, ...]]:
    """The person is whoever looks most like one, unless that is known; the garments come as they were sent,
    but a top hangs over trousers, whichever was named first. Second: what was guessed, as the address has
    it."""
    known = asked.first is None or asked.sure
    person = 0 if known else await aside(most_like_person, photos)
    one, other = (number for number in range(len(photos)) if number != person)
    kind, other_kind = outfit_meant(asked.words)
    if (kind, other_kind) == ("lower_body", "upper_body"):
        one, other, kind, other_kind = other, one, other_kind, kind
    second = Second(photos[other], other_kind)
    wish = Wish(Control.TRYON, photos[person], photos[one], kind, asked.options, second=second)
    return wish, () if known else (person + 1, one + 1, other + 1)


async def _read(turn: Turn, photo: Photo | Draft) -> bytes:
    if isinstance(photo, Draft):
        return await turn.client.halves.read(turn.person, photo)
    return await fetch(turn.client, photo)


def address_of(turn: Turn, asked: int) -> Address:
    """Of the placeholder."""
    assert turn.placeholder is not None
    return Address(
        chat=turn.chat.id,
        message=turn.placeholder,
        asked=asked,
        language=turn.tongue.language,
        shared=not turn.private,
    )


async def settle(turn: Turn, submitted: Submitted) -> None:
    """The delivery goes on with the placeholder; of a repeated event, with the one that there was before."""
    assert turn.placeholder is not None
    own = turn.placeholder
    if submitted.repeated and Address.read(submitted.job).message != own:
        await turn.client.bot.delete_message(turn.chat.id, own)
    turn.placeholder = None
    turn.client.delivery.wake()


async def fetch(client: TelegramClient, photo: Photo) -> bytes:
    """The file from Telegram, which gives none of more than 20 MB. Raises `PictureTooLarge`."""
    try:
        file = await client.bot.get_file(photo.file_id)
    except BadRequest as error:
        if "too big" in error.message:
            raise PictureTooLarge("Telegram gives no file of this size") from None
        raise
    check_size(file.file_size or 0, client.settings.max_picture_mb)
    return bytes(await file.download_as_bytearray())
