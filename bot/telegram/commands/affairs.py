"""What members ask about themselves: what is left, what waits, what is kept, and to be forgotten."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.constants import ParseMode

from bot.core.member_texts import (
    appealed_text,
    export_text,
    forget_question,
    forgotten_text,
    help_text,
    history_text,
    privacy_text,
    queue_text,
    quota_text,
    waiting_text,
)
from bot.core.notices import notice_text
from bot.core.progress import Answer, answer_text
from bot.telegram.buttons.keyboards import Action, answer_keyboard, job_button
from bot.telegram.buttons.terms import check_own, terms_shown
from bot.telegram.log_chat import tell_house
from bot.telegram.post import picture_name
from bot.telegram.said import Command
from bot.telegram.speech import as_html
from bot.telegram.turn import Turn
from tasks.errors import UnknownJob
from tasks.reports import Verdict

_MOST = 15
# What a bot may send, in bytes.
_LARGEST_FILE = 50_000_000


async def start(turn: Turn, message: Message, command: Command) -> None:
    """The first thing that anybody says."""
    tongue = turn.tongue
    welcome = tongue.say(
        "Hello! I show you in a garment. Send me a photo of yourself and a photo of the garment. What else"
        " there is: /help."
    )
    await turn.reply(welcome)


async def show_help(turn: Turn, message: Message, command: Command) -> None:
    """All commands, in a few lines."""
    tongue = turn.tongue
    by_photos = tongue.say("Here, two photos are enough: as an album, or one as a reply to the other.")
    outfits = tongue.say("Three as an album make an outfit: you, a top, and trousers or a skirt.")
    await turn.reply(help_text(tongue, [by_photos, outfits]))


async def quota(turn: Turn, message: Message, command: Command) -> None:
    """What is left."""
    await turn.reply(quota_text(turn.tongue, await turn.client.affairs.quota(turn.asker)))


async def queue(turn: Turn, message: Message, command: Command) -> None:
    """What waits."""
    tongue = turn.tongue
    status, mine = await turn.client.affairs.queue(turn.person)
    await turn.reply("\n".join([queue_text(tongue, status), *(waiting_text(tongue, one) for one in mine)]))


async def history(turn: Turn, message: Message, command: Command) -> None:
    """A list, or one picture."""
    if not await turn.alone():
        return
    if not command.words:
        await turn.reply(history_text(turn.tongue, await turn.client.affairs.history(turn.person, _MOST)))
        return
    client, tongue = turn.client, turn.tongue
    job = await client.affairs.own_job(turn.person, _number(command.words[0]))
    if await client.complaints.may_appeal(turn.person, job.id):
        objecting = job_button(job.id, Action.APPEAL, tongue.say("Object ..."))
        removed = notice_text(tongue, Verdict.REMOVED, job.id, may_appeal=True)
        await turn.reply(removed, InlineKeyboardMarkup([[objecting]]))
        return
    picture = await client.affairs.picture(job)
    shown = Answer(job, picture)
    again = await client.affairs.may_go_again(job)
    await client.bot.send_photo(
        turn.chat.id,
        picture,
        caption=as_html(answer_text(tongue, shown)),
        parse_mode=ParseMode.HTML,
        filename=picture_name(job, picture),
        reply_markup=answer_keyboard(tongue, shown, again=again, shared=False),
    )


async def privacy(turn: Turn, message: Message, command: Command) -> None:
    """What is kept."""
    client, tongue = turn.client, turn.tongue
    standing = await client.affairs.standing(turn.person)
    house = await client.houses.of(turn.asker.place)
    text = privacy_text(tongue, client.settings, standing, house.result_hours)
    if not standing.agreed:
        await turn.reply(text, (await terms_shown(turn))[1])
        return
    buttons = [(f"revoke:{turn.user.id}", tongue.say("Take consent back"))]
    if standing.keep_inputs:
        buttons.insert(0, (f"inputs:drop:{turn.user.id}", tongue.say("Delete my photos at once")))
    elif client.settings.input_minutes:
        buttons.insert(0, (f"inputs:keep:{turn.user.id}", tongue.say("Keep my photos for another go")))
    rows = [[InlineKeyboardButton(label, callback_data=data)] for data, label in buttons]
    await turn.reply(text, InlineKeyboardMarkup(rows))


async def export(turn: Turn, message: Message, command: Command) -> None:
    """A ZIP that only the member gets."""
    if not await turn.alone():
        return
    exported = await turn.client.affairs.export(turn.person, _LARGEST_FILE)
    await turn.client.bot.send_document(
        turn.chat.id,
        exported.file,
        filename="giydir-export.zip",
        caption=as_html(export_text(turn.tongue, exported)),
        parse_mode=ParseMode.HTML,
    )


async def forget(turn: Turn, message: Message, command: Command) -> None:
    """Asks first: there is no way back."""
    tongue = turn.tongue
    button = InlineKeyboardButton(tongue.say("Delete everything"), callback_data=f"forget:{turn.user.id}")
    await turn.reply(forget_question(tongue), InlineKeyboardMarkup([[button]]))


async def really_forget(turn: Turn, user: str) -> None:
    """They mean it."""
    check_own(turn, user)
    await turn.client.pending.take(turn.person)
    forgotten = await turn.client.affairs.forget(turn.person)
    await turn.rewrite(forgotten_text(turn.tongue, forgotten))


async def appeal(turn: Turn, message: Message, command: Command) -> None:
    """The owner of a removed picture objects, once: its number, and why."""
    if not await turn.alone():
        return
    number = _number(command.words[0] if command.words else "")
    job = await turn.client.complaints.appeal(turn.person, number, " ".join(command.words[1:]))
    await turn.reply(appealed_text(turn.tongue))
    await tell_house(
        turn.client,
        job.asker.place,
        lambda tongue: tongue.say(
            "The owner of the removed picture {number} objects. What waits: /mod reports list.", number=job.id
        ),
    )


def _number(word: str) -> int:
    """Of a picture. Raises `UnknownJob`."""
    if not (word.isascii() and word.isdigit() and len(word) <= 18):
        raise UnknownJob("no number of a picture")
    return int(word)
