"""Which part of the bot an update is for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from telegram import CallbackQuery, Message

from bot.telegram.buttons import cases, form, terms
from bot.telegram.buttons.actions import press_job
from bot.telegram.commands import affairs, house, keepsakes, moderation, tryon
from bot.telegram.receiving import Heard
from bot.telegram.said import Command, answers, command_of, photo_of
from bot.telegram.turn import Turn, answering

if TYPE_CHECKING:
    from bot.telegram.client import TelegramClient

Do = Callable[[Turn, Message, Command], Awaitable[None]]
Press = Callable[..., Awaitable[None]]

_COMMANDS: dict[str, Do] = {
    "start": affairs.start,
    "help": affairs.show_help,
    "tryon": tryon.tryon,
    "pose": tryon.tryon,
    "quota": affairs.quota,
    "queue": affairs.queue,
    "history": affairs.history,
    "privacy": affairs.privacy,
    "export": affairs.export,
    "forget": affairs.forget,
    "appeal": affairs.appeal,
    "me": keepsakes.me,
    "language": house.language,
    "mod": moderation.mod,
    "wardrobe": keepsakes.wardrobe,
}
# By the first word of a button's data; the others are what they are called with. A client may
# send what no button of ours has, so what they look like is looked at first.
_BUTTONS: dict[str, tuple[str, Press]] = {
    "j": (r"\d{1,18}:[a-z]+(:[a-z_]+)?", press_job),
    "s": (form.PATTERN, form.press),
    "c": (r"(yes|keep|no):[0-9a-f]{8}:\d+", terms.answer_terms),
    "inputs": (r"(keep|drop):\d+", terms.choose_inputs),
    "revoke": (r"\d+", terms.revoke),
    "forget": (r"\d+", affairs.really_forget),
    "me": (r"\d+", keepsakes.remove_photo),
    "case": (r"(remove|dismiss|uphold|grant|lift):\d{1,18}", cases.decide),
}


async def heard(client: TelegramClient, told: Heard) -> None:
    """Everything that Telegram tells comes in here."""
    update = told.updates[0]
    if update.callback_query is not None:
        await _pressed(client, update.callback_query, told)
    elif update.message is not None:
        messages = [one.message for one in told.updates if one.message is not None]
        await _said(client, update.message, messages, told)


async def _said(client: TelegramClient, message: Message, messages: list[Message], told: Heard) -> None:
    user = message.from_user
    if user is None or user.is_bot:
        return
    turn = Turn(client, user, message.chat, message, told)
    if (message.media_group_id is not None or len(messages) > 1) and photo_of(message) is not None:
        await tryon.album(turn, messages)
    elif (command := command_of(message, client.bot.username)) is not None:
        if (do := _COMMANDS.get(client.command_names.get(command.name, command.name))) is not None:
            await answering(turn, lambda: do(turn, message, command))
        elif turn.private:
            await answering(turn, lambda: affairs.show_help(turn, message, command))
    elif photo_of(message) is not None and (turn.private or answers(message, client.bot.id)):
        await answering(turn, lambda: tryon.photo_alone(turn, message))
    elif turn.private and message.text:
        await answering(turn, lambda: affairs.show_help(turn, message, Command("help", ())))


async def _pressed(client: TelegramClient, query: CallbackQuery, told: Heard) -> None:
    if query.message is None or query.data is None:
        return
    turn = Turn(client, query.from_user, query.message.chat, query.message, told, query)
    name, _, details = query.data.partition(":")
    form, press = _BUTTONS.get(name, ("", None))
    if press is not None and re.fullmatch(form, details, re.ASCII):
        await answering(turn, lambda: press(turn, *details.split(":")))
    else:
        await answering(turn, turn.close)
