"""The ways to ask for a picture."""

from __future__ import annotations

from telegram import Message
from telegram.error import TelegramError

from bot.core.intake import check_size
from bot.telegram.buttons.terms import hold, terms_shown
from bot.telegram.making import Asked, begin, fetch, photo_replied_to, types_meant
from bot.telegram.said import Command, Photo, answers, command_of, photo_of
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
        await _begin_conversation(turn, command)


async def _begin_conversation(turn: Turn, command: Command) -> None:
    """Nothing but the command: the photos come next, and what was said holds for them."""
    tongue = turn.tongue
    await _remember(turn, command)
    if await turn.client.keepsakes.has_photo(turn.person):
        if command.name == "pose":
            await _ask_for_pose(turn)
        else:
            await turn.ask_for_photo(
                tongue.say("Now send me a photo of the garment."),
                tongue.say("Now reply to this message with a photo of the garment."),
            )
        return
    in_group = tongue.say("Now reply to this message with a photo of yourself.")
    if command.name == "pose":
        alone = tongue.say(
            "Now send me a photo of yourself, and then one of somebody in the pose that you want."
        )
    else:
        alone = tongue.say(
            "Now send me a photo of yourself and one of the garment, as an album or one after the other."
            " Behind /tryon you may write what it is: top, trousers, dress."
        )
    await turn.ask_for_photo(alone, in_group)


async def _ask_for_pose(turn: Turn) -> None:
    await turn.ask_for_photo(
        turn.tongue.say("Now send me a photo of somebody in the pose that you want."),
        turn.tongue.say("Now reply to this message with a photo of somebody in the pose that you want."),
    )


async def _remember(turn: Turn, command: Command) -> None:
    """For the photos that are to come."""
    await turn.client.pending.keep(turn.person, [command.name, *command.words], _conversation(turn))


def _conversation(turn: Turn) -> str:
    """The name under which it waits what a member said last here."""
    return f"said:{turn.chat.id}"


async def _said_before(turn: Turn) -> Command | None:
    """What a command asked for, whose photos were to come."""
    said = await turn.client.pending.look(turn.person, _conversation(turn))
    return None if said is None else Command(said[0], tuple(said[1:]))


async def photo_alone(turn: Turn, message: Message) -> None:
    """In a private chat nothing needs to be said; in a group it answers what the bot asked for."""
    photo = photo_of(message)
    assert photo is not None
    said = await _said_before(turn)
    if not turn.private and said is None:
        return
    command, replied = said or _UNSAID, photo_replied_to(message)
    if replied is not None:
        began = await begin(turn, _replying(turn, message, replied, photo, command))
    else:
        began = await _with_one(turn, message, photo, command)
    if began and said is not None:
        await turn.client.pending.take(turn.person, _conversation(turn))


async def album(turn: Turn, messages: list[Message]) -> None:
    """Of an album: two photos. In a group only where a command stands under it, or came before it."""
    name = turn.client.bot.username
    commands = [said for one in messages if (said := command_of(one, name)) is not None]
    asked = next((one for one in commands if one.name in ("tryon", "pose")), None)
    if asked is None and (commands or not (turn.private or answers(messages[0], turn.client.bot.id))):
        return
    photos = [found for one in messages if (found := photo_of(one)) is not None]

    async def answer() -> None:
        said = None if asked else await _said_before(turn)
        command = asked or said
        if command is None and not turn.private:
            return
        began = await _of_album(turn, messages[0], photos, command or _UNSAID)
        if began and said is not None:
            await turn.client.pending.take(turn.person, _conversation(turn))

    await answering(turn, answer)


async def _of_album(turn: Turn, first: Message, photos: list[Photo], command: Command) -> bool:
    """Whether it was asked for."""
    if len(photos) == 1:
        # The others were not for us to hear, as it is in groups.
        return await _with_one(turn, first, photos[0], command)
    control, words, event = _control(command), command.words, first.message_id
    if len(photos) == 2:
        if len(types_meant(words)) > 1 and await turn.client.keepsakes.has_photo(turn.person):
            # Two garments, said by their names, for the saved photo.
            return await begin(turn, Asked(None, photos[0], event, words, third=photos[1]))
        return await begin(turn, Asked(photos[0], photos[1], event, words, control))
    if len(photos) == 3 and control is Control.TRYON:
        return await begin(turn, Asked(photos[0], photos[1], event, words, third=photos[2]))
    await turn.reply(
        turn.tongue.say(
            "Two photos make a picture: one of you, and one of a garment. Three make an outfit: you, a"
            " top, and trousers or a skirt."
        )
    )
    return False


def _replying(turn: Turn, message: Message, replied: Photo, own: Photo, command: Command) -> Asked:
    """To a picture of the bot's own, one more garment: on that there is the person."""
    sure = answers(message, turn.client.bot.id)
    return Asked(replied, own, message.message_id, command.words, _control(command), sure=sure)


async def _with_one(turn: Turn, message: Message, photo: Photo, command: Command) -> bool:
    """By command on the saved photo, where there is one; else it waits for a second. Whether a picture was
    asked for."""
    if command is not _UNSAID and await turn.client.keepsakes.has_photo(turn.person):
        return await begin(turn, Asked(None, photo, message.message_id, command.words, _control(command)))
    if await turn.client.asking.consented(turn.person):
        return await _wait(turn, message, photo, command)
    await hold(turn, photo=command is _UNSAID)
    await turn.reply(*await terms_shown(turn))
    return False


async def _wait(turn: Turn, message: Message, photo: Photo, command: Command) -> bool:
    """Until the other one is here: the older is then the first. What was said to either holds. Whether it is
    here, and a picture was asked for."""
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
            began = await begin(turn, asked)
        except (DeskError, TelegramError):
            await client.halves.done(turn.asker, found)
            raise
        await client.halves.done(turn.asker, found)
        return began
    if not found.taken:
        if not turn.private:
            await _remember(turn, command)
        if _control(command) is Control.POSE:
            await _ask_for_pose(turn)
        else:
            await turn.ask_for_photo(
                turn.tongue.say("That is one photo. Now send me the other one."),
                turn.tongue.say("That is one photo. Now reply to this message with the other one."),
            )
    return False


def _control(command: Command) -> Control:
    return Control.POSE if command.name == "pose" else Control.TRYON
