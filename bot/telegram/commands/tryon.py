"""The ways to ask for a picture."""

from __future__ import annotations

from telegram import Message
from telegram.error import TelegramError

from bot.core.intake import check_size
from bot.telegram.buttons.terms import terms_shown
from bot.telegram.making import Asked, begin, fetch, photo_replied_to, types_meant
from bot.telegram.said import Command, Photo, command_of, photo_of
from bot.telegram.turn import Turn, answering
from tasks.errors import DeskError
from tasks.records import MAX_CAPTION, Control, Draft

# Photos without a command.
_UNSAID = Command("tryon", ())


async def tryon(turn: Turn, message: Message, command: Command) -> None:
    """Under a photo, as a reply to one, or both: then the one that is replied to comes first. `/pose` is said
    in the same way: a person, and somebody in a pose."""
    own, replied = photo_of(message), photo_replied_to(message)
    if own is not None and replied is not None:
        await begin(turn, _replying(turn, message, replied, own, command))
    elif (photo := own or replied) is not None:
        await _with_one(turn, message, photo, command)
    else:
        await turn.reply(
            turn.tongue.say(
                "Send me a photo of yourself and one of the garment: together as an album, or one as a reply"
                " to the other with /tryon under it. Behind /tryon you may write what it is: top, trousers,"
                " dress."
            )
        )


async def photo_alone(turn: Turn, message: Message) -> None:
    """In a private chat nothing needs to be said."""
    photo = photo_of(message)
    assert photo is not None
    replied = photo_replied_to(message)
    if replied is not None:
        await begin(turn, _replying(turn, message, replied, photo, _UNSAID))
        return
    await _with_one(turn, message, photo, _UNSAID)


async def album(turn: Turn, messages: list[Message]) -> None:
    """Of an album: two photos. In a group only where a command stands under it."""
    name = turn.client.bot.username
    commands = [said for one in messages if (said := command_of(one, name)) is not None]
    asked = next((one for one in commands if one.name in ("tryon", "pose")), None)
    if asked is None and (not turn.private or commands):
        return
    photos = [found for one in messages if (found := photo_of(one)) is not None]
    await answering(turn, lambda: _of_album(turn, messages[0], photos, asked or _UNSAID))


async def _of_album(turn: Turn, first: Message, photos: list[Photo], command: Command) -> None:
    if len(photos) == 1:
        # The others were not for us to hear, as it is in groups.
        await _with_one(turn, first, photos[0], command)
        return
    control, words, event = _control(command), command.words, first.message_id
    if len(photos) == 2:
        if len(types_meant(words)) > 1 and await turn.client.keepsakes.has_photo(turn.person):
            # Two garments, said by their names, for the saved photo.
            await begin(turn, Asked(None, photos[0], event, words, third=photos[1]))
        else:
            await begin(turn, Asked(photos[0], photos[1], event, words, control))
    elif len(photos) == 3 and control is Control.TRYON:
        await begin(turn, Asked(photos[0], photos[1], event, words, third=photos[2]))
    else:
        await turn.reply(
            turn.tongue.say(
                "Two photos make a picture: one of you, and one of a garment. Three make an outfit: you, a"
                " top, and trousers or a skirt."
            )
        )


def _replying(turn: Turn, message: Message, replied: Photo, own: Photo, command: Command) -> Asked:
    """To a picture of the bot's own, one more garment: on that there is the person."""
    before = message.reply_to_message
    sure = before is not None and before.from_user is not None and before.from_user.id == turn.client.bot.id
    return Asked(replied, own, message.message_id, command.words, _control(command), sure=sure)


async def _with_one(turn: Turn, message: Message, photo: Photo, command: Command) -> None:
    """By command on the saved photo, where there is one; else it waits for a second."""
    if command is not _UNSAID and await turn.client.keepsakes.has_photo(turn.person):
        await begin(turn, Asked(None, photo, message.message_id, command.words, _control(command)))
    elif await turn.client.asking.consented(turn.person):
        await _wait(turn, message, photo, command)
    else:
        turn.client.pending.keep(turn.user.id, lambda agreed: _wait(agreed, message, photo, command))
        await turn.reply(*await terms_shown(turn))


async def _wait(turn: Turn, message: Message, photo: Photo, command: Command) -> None:
    """Until the other one is here: the older is then the first. What was said to either holds."""
    client = turn.client
    check_size(photo.size, client.settings.max_picture_mb)
    said = "" if command is _UNSAID else " ".join([command.name, *command.words])[:MAX_CAPTION]
    event = f"{turn.chat.id}:{message.message_id}"
    found = await client.halves.add(turn.asker, event, await fetch(client, photo), said)
    if not isinstance(found, Draft):
        first, second = found
        name, *words = (first.caption or second.caption or "tryon").split()
        control = _control(Command(name, tuple(words)))
        asked = Asked(first, second, message.message_id, tuple(words), control)
        try:
            await begin(turn, asked)
        except (DeskError, TelegramError):
            await client.halves.done(turn.asker, found)
            raise
        await client.halves.done(turn.asker, found)
    elif not found.taken:
        await turn.reply(turn.tongue.say("That is one photo. Now send me the other one."))


def _control(command: Command) -> Control:
    return Control.POSE if command.name == "pose" else Control.TRYON
