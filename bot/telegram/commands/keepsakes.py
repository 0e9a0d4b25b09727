"""`/me` and `/wardrobe`: what a member keeps, in the private chat."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.core.member_texts import hung_text, taken_out_text, wardrobe_text
from bot.telegram.buttons.terms import check_own, when_agreed
from bot.telegram.making import Asked, begin, fetch, photo_meant, type_meant
from bot.telegram.said import Command, Photo
from bot.telegram.turn import Turn
from tasks.records import GarmentType


async def me(turn: Turn, message: Message, command: Command) -> None:
    """Under a photo, or as a reply to one: it is saved; else the saved one is shown."""
    if not await turn.alone():
        return
    client, tongue = turn.client, turn.tongue
    if (photo := photo_meant(message)) is not None:
        await when_agreed(turn, lambda: _save_photo(turn, photo))
        return
    if not await client.keepsakes.has_photo(turn.person):
        await turn.reply(tongue.say("No photo of you is saved. To save one, write /me under it."))
        return
    button = InlineKeyboardButton(tongue.say("Delete"), callback_data=f"me:{turn.user.id}")
    await client.bot.send_photo(
        turn.chat.id,
        await client.keepsakes.photo(turn.person),
        caption=tongue.say("Your saved photo."),
        reply_markup=InlineKeyboardMarkup([[button]]),
    )


async def _save_photo(turn: Turn, photo: Photo) -> None:
    await turn.client.keepsakes.save_photo(turn.asker, await fetch(turn.client, photo))
    await turn.reply(
        turn.tongue.say("Saved. From now on one photo of a garment is enough: with /tryon under it.")
    )


async def remove_photo(turn: Turn, user: str) -> None:
    """The saved photo, and the message that shows it."""
    check_own(turn, user)
    await turn.client.keepsakes.remove_photo(turn.person)
    await turn.close(turn.tongue.say("Your photo is deleted."), alert=True)
    await turn.client.bot.delete_message(turn.chat.id, turn.message.message_id)


async def wardrobe(turn: Turn, message: Message, command: Command) -> None:
    """What hangs there; under a photo, with a name, it is hung into it; `wear` tries one on, and `remove`
    takes one out."""
    if not await turn.alone():
        return
    client, tongue = turn.client, turn.tongue
    words = command.words
    if len(words) > 1 and words[0].lower() == "wear":
        # On the person of the photo that came along, or on the saved one.
        name = " ".join(words[1:])
        await begin(turn, Asked(photo_meant(message), name, message.message_id))
    elif (photo := photo_meant(message)) is not None:
        # The first word may be "add", as the help has it.
        name = " ".join(words[1:] if words and words[0].lower() == "add" else words)
        await when_agreed(turn, lambda: _hang(turn, name, type_meant(words), photo))
    elif len(words) > 1 and words[0].lower() == "remove":
        garment = await client.keepsakes.remove_garment(turn.person, " ".join(words[1:]))
        await turn.reply(taken_out_text(tongue, garment.name))
    else:
        await turn.reply(wardrobe_text(tongue, await client.keepsakes.wardrobe(turn.person)))


async def _hang(turn: Turn, name: str, garment_type: GarmentType, photo: Photo) -> None:
    picture = await fetch(turn.client, photo)
    garment = await turn.client.keepsakes.add_garment(turn.asker, name, garment_type, picture)
    await turn.reply(hung_text(turn.tongue, garment.name))
