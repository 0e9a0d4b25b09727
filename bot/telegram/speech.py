"""In which language somebody is answered, how times are said, and how the core's emphasis is written."""

from __future__ import annotations

import html
import re
from datetime import datetime

from babel.dates import format_timedelta

from bot.core.catalogues import Catalogues
from bot.core.tongue import Tongue
from tasks.clock import Clock

_BOLD = re.compile(r"\*\*(.+?)\*\*")
# Telegram makes a command something to tap only outside of code.
_COMMAND = re.compile(r"`(/[^`]+)`")
_CODE = re.compile(r"`([^`]+)`")


def tongue_in(catalogues: Catalogues, clock: Clock, *locales: str | None) -> Tongue:
    """The first of some locales that there is a language for. Telegram shows no times of its own, and tells
    nobody's time zone, so moments are said as they are from now on: "in 5 minutes"."""
    language = catalogues.tongue(*locales, show_time=str).language

    def show_time(moment: datetime) -> str:
        return format_timedelta(moment - clock(), add_direction=True, locale=language)

    return catalogues.tongue(language, show_time=show_time)


def as_html(text: str) -> str:
    """The core's `**bold**` and `` `code` `` in Telegram's tags; everything else as it stands."""
    escaped = html.escape(text, quote=False)
    escaped = _BOLD.sub(r"<b>\1</b>", escaped)
    escaped = _COMMAND.sub(r"\1", escaped)
    return _CODE.sub(r"<code>\1</code>", escaped)
