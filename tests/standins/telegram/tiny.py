"""A tiny bot made of the real python-telegram-bot, to try the stand-in with."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast
from unittest.mock import patch

from PIL import Image, ImageOps
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    Update,
)
from telegram.constants import ChatAction
from telegram.error import RetryAfter
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.standins.running import running
from tests.standins.telegram.server import TelegramServer

Context = ContextTypes.DEFAULT_TYPE
AGAIN = InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data="again:7")]])


async def start(update: Update, context: Context) -> None:
    await _message(update).reply_html("<b>Hello</b> &amp; welcome")


async def dress(update: Update, context: Context) -> None:
    """A photo with a command in its caption; the answer's text becomes a picture."""
    message = _message(update)
    await message.reply_chat_action(ChatAction.UPLOAD_PHOTO)
    status = await message.reply_text("Working")
    file = await message.photo[-1].get_file()
    data = bytes(await file.download_as_bytearray())
    media = InputMediaPhoto(_mirrored(data), caption="Done")
    await status.edit_media(media, reply_markup=AGAIN)


async def again(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query
    await query.answer("Once more", show_alert=True)
    await query.edit_message_caption(caption=f"{query.data}", reply_markup=AGAIN)


async def count(update: Update, context: Context) -> None:
    """Three messages, as fast as the flood control lets them."""
    for number in range(3):
        while True:
            try:
                await _message(update).reply_text(str(number))
                break
            except RetryAfter as error:
                seconds = cast(timedelta, error.retry_after).total_seconds()
                await asyncio.sleep(seconds)


async def album(update: Update, context: Context) -> None:
    photos = [InputMediaPhoto(_blank(colour)) for colour in ("red", "green")]
    await _message(update).reply_media_group(photos, caption="Two")
    await _message(update).reply_document(_blank("blue"), filename="full.png", caption="As a file")


def _message(update: Update) -> Message:
    assert update.effective_message
    return update.effective_message


def _mirrored(data: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        ImageOps.mirror(image).save(out, "PNG")
    return out.getvalue()


def _blank(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 40), colour).save(out, "PNG")
    return out.getvalue()


def tiny_bot(server: TelegramServer) -> tuple[Application[Any, Any, Any, Any, Any, Any], list[Message]]:
    """The bot, and every message that it has heard."""
    heard: list[Message] = []

    async def hear(update: Update, context: Context) -> None:
        if update.message:
            heard.append(update.message)

    urls = (f"{server.url}/bot", f"{server.url}/file/bot")
    bot = ApplicationBuilder().token(server.token).base_url(urls[0]).base_file_url(urls[1]).build()
    bot.add_handler(MessageHandler(filters.ALL, hear), group=-1)
    bot.add_handler(CommandHandler("start", start))
    bot.add_handler(CommandHandler("count", count))
    bot.add_handler(CommandHandler("album", album))
    bot.add_handler(MessageHandler(filters.PHOTO & filters.CaptionRegex("^/tryon"), dress))
    bot.add_handler(CallbackQueryHandler(again))
    return bot, heard


@contextmanager
def living(server: TelegramServer) -> Iterator[list[Message]]:
    """The bot, polling; and every message that it has heard."""
    bot, heard = tiny_bot(server)

    async def live() -> None:
        async with bot:
            await bot.start()
            group = BotCommandScopeAllGroupChats()
            await bot.bot.set_my_commands([BotCommand("tryon", "Dress a person")], scope=group)
            assert bot.updater
            await bot.updater.start_polling(timeout=5)
            try:
                await asyncio.Event().wait()
            finally:
                await bot.updater.stop()
                await bot.stop()

    # Without it python-telegram-bot 22 warns as it raises RetryAfter, and warnings are errors here.
    with patch.dict(os.environ, {"PTB_TIMEDELTA": "true"}), running(live):
        server.wait(lambda: server.requests("setMyCommands"), 10, "the bot's start")
        yield heard
