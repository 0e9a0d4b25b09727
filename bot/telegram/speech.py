"""In which language somebody is answered, how times are said, and how the core's emphasis is written."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from babel.dates import format_timedelta

from bot.core.catalogues import Catalogues
from bot.core.tongue import ShowTime, Tongue

if TYPE_CHECKING:
    from bot.telegram.client import TelegramClient

_BOLD = re.compile(r"\*\*(.+?)\*\*")
# Telegram makes a command something to tap only outside of code.
_COMMAND = re.compile(r"`(/[^`]+)`")
_MENTION = re.compile(r"\[user (\d{1,18})\]")
_CODE = re.compile(r"`([^`]+)`")
# Telegram's commands are of Latin letters only, so here they are called the same in every language.
COMMANDS = ("tryon", "pose", "quota", "queue", "history", "privacy", "me", "wardrobe", "export", "forget")
# The same of what stands behind them, where sentences speak of it.
_PHRASES = ("me photo", "forget me", "wardrobe add", "wardrobe wear", "mod undo")
_WORD = r"[^\W\d_]+(?:-[^\W\d_]+)*"
_CALLED = re.compile(rf"(?<![\w/])/({_WORD})(?: ({_WORD}))?")


def command_names(catalogues: Catalogues) -> dict[str, str]:
    """What the core's sentences call a command in some language, with the word behind it or without, and what
    it is called here."""
    return {
        " ".join(catalogues.translate(language, word) or word for word in name.split()): name
        for language in catalogues.languages
        for name in (*COMMANDS, *_PHRASES)
    }


class TelegramTongue(Tongue):
    """Speaks of commands by their names here."""

    def __init__(self, tongue: Tongue, show_time: ShowTime, names: Mapping[str, str]) -> None:
        super().__init__(tongue.language, tongue.catalogue, show_time)
        self._names = names

    def _fill(self, text: str, values: dict[str, object]) -> str:
        return super()._fill(_CALLED.sub(self._named, text), values)

    def _named(self, found: re.Match[str]) -> str:
        if (phrase := self._names.get(f"{found[1]} {found[2]}")) is not None:
            return f"/{phrase}"
        behind = "" if found[2] is None else f" {found[2]}"
        return f"/{self._names.get(found[1], found[1])}{behind}"


def tongue_in(client: TelegramClient, *locales: str | None) -> Tongue:
    """The first of some locales that there is a language for. Telegram shows no times of its own, and tells
    nobody's time zone, so moments are said as they are from now on: "in 5 minutes"."""
    plain = client.catalogues.tongue(*locales, show_time=str)

    def show_time(moment: datetime) -> str:
        return format_timedelta(moment - client.clock(), add_direction=True, locale=plain.language)

    return TelegramTongue(plain, show_time, client.command_names)


def as_html(text: str) -> str:
    """The core's `**bold**` and `` `code` `` in Telegram's tags; everything else as it stands."""
    escaped = html.escape(text, quote=False)
    escaped = _BOLD.sub(r"<b>\1</b>", escaped)
    escaped = _COMMAND.sub(r"\1", escaped)
    escaped = _MENTION.sub(r'<a href="tg://user?id=\1">\1</a>', escaped)
    return _CODE.sub(r"<code>\1</code>", escaped)
