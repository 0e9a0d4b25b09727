"""What the Bot API holds bots to beyond names and types: the limits in its docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.standins.files import File
from tests.standins.telegram.errors import Forbidden
from tests.standins.telegram.formatting import units
from tests.standins.telegram.rules import Json

TEXT_CHARACTERS = 4096
CAPTION_CHARACTERS = 1024
CALLBACK_BYTES = 64
CALLBACK_ANSWER_CHARACTERS = 200
UPLOAD_BYTES = 50 * 1024 * 1024
ALBUM = range(2, 11)
COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
# Characters at most, of parameters that are only that.
LENGTHS = {
    ("setMyName", "name"): 64,
    ("setMyDescription", "description"): 512,
    ("setMyShortDescription", "short_description"): 120,
    ("answerCallbackQuery", "text"): CALLBACK_ANSWER_CHARACTERS,
}


def problems_of(method: str, values: Json, files: dict[str, File]) -> Iterator[str]:
    """Of parameters whose names and types were found right."""
    for (limited, name), most in LENGTHS.items():
        if limited == method and len(values.get(name, "")) > most:
            yield f"{name}: {len(values[name])} characters, at most {most}"
    for name, file in files.items():
        if len(file.data) > UPLOAD_BYTES:
            yield f"{name}: {len(file.data)} bytes, at most {UPLOAD_BYTES}"
    if method == "setMyCommands":
        yield from _of_commands(values["commands"])
    if method == "sendChatAction" and values["action"] not in ACTIONS:
        yield f"action: {values['action']!r} is none of {sorted(ACTIONS)}"
    if method == "sendMediaGroup":
        yield from _of_album(values["media"])
    if method == "setWebhook" and not SECRET.fullmatch(values.get("secret_token", "x")):
        yield "secret_token: 1 to 256 of A-Z, a-z, 0-9, _ and -"
    if method == "getUpdates" and not 1 <= values.get("limit", 1) <= 100:
        yield "limit: between 1 and 100"
    for row in values.get("reply_markup", {}).get("inline_keyboard", ()):
        for button in row:
            yield from _of_button(button)


def check_text(text: str) -> None:
    """As people see it, after its tags were read."""
    if not text:
        raise Forbidden(["text: empty"], 400, "Bad Request: message text is empty")
    if units(text) > TEXT_CHARACTERS:
        problem = f"text: {units(text)} characters, at most {TEXT_CHARACTERS}"
        raise Forbidden([problem], 400, "Bad Request: message is too long")


def check_caption(caption: str) -> None:
    if units(caption) > CAPTION_CHARACTERS:
        problem = f"caption: {units(caption)} characters, at most {CAPTION_CHARACTERS}"
        raise Forbidden([problem], 400, "Bad Request: message caption is too long")


def _of_button(button: Json) -> Iterator[str]:
    if not button["text"]:
        yield "reply_markup: a button without text"
    does = button.keys() - {"text", "style", "icon_custom_emoji_id"}
    if len(does) != 1:
        yield f"reply_markup: the button {button['text']!r} does {sorted(does)}, and must do one thing"
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= CALLBACK_BYTES:
        yield f"reply_markup: callback_data of {len(data.encode())} bytes, 1 to {CALLBACK_BYTES}"


def _of_commands(commands: list[Json]) -> Iterator[str]:
    if len(commands) > COMMANDS:
        yield f"commands: {len(commands)}, at most {COMMANDS}"
    for one in commands:
        if not COMMAND.fullmatch(one["command"]):
            yield f"commands: {one['command']!r} is not 1 to 32 of a-z, 0-9 and _"
        if not 1 <= len(one["description"]) <= 256:
            yield f"commands: {one['command']} has a description of {len(one['description'])} characters"


def _of_album(media: list[Any]) -> Iterator[str]:
    if len(media) not in ALBUM:
        yield f"media: {len(media)} in an album, {ALBUM.start} to {ALBUM.stop - 1}"
    kinds = {one["type"] for one in media}
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        yield f"media: {sorted(kinds)} in one album"
