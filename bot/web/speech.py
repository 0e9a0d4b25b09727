"""In which language a visitor is answered, and how times are said to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_timedelta
from starlette.requests import Request

from bot.core.catalogues import FALLBACK, Catalogues
from bot.core.tongue import Tongue
from tasks.clock import Clock, system_clock

LANGUAGE_COOKIE = "giydir_language"
# How languages call themselves.
NAMES = {"en": "English", "tr": "Türkçe"}
_ENTRY = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,30})?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*")
_MOST = 20  # entries of a header that are read


class Speech:
    """All languages there are, for the page."""

    def __init__(self, catalogues: Catalogues, clock: Clock = system_clock) -> None:
        self._catalogues = catalogues
        self._clock = clock
        self.languages: Sequence[str] = sorted(catalogues.languages)

    def tongue(self, language: str) -> Tongue:
        """How long from now a moment is, in the language itself: the server knows no visitor's time zone."""

        def show_time(moment: datetime) -> str:
            left = moment - self._clock()
            return format_timedelta(left, granularity="second", add_direction=True, locale=language)

        return self._catalogues.tongue(language, show_time=show_time)

    def language_of(self, request: Request) -> str:
        """As the address says (`/tr/...`), else as chosen before, else as the browser asks."""
        first = request.url.path.split("/")[1] if "/" in request.url.path else ""
        wanted = [first, request.cookies.get(LANGUAGE_COOKIE, ""), *accepted(request)]
        return next((language for language in wanted if language in self.languages), FALLBACK)

    def tongue_for(self, request: Request) -> Tongue:
        return self.tongue(self.language_of(request))


def accepted(request: Request) -> list[str]:
    """The languages of `Accept-Language`, the liked ones first; those with `q=0` are left out."""
    entries = []
    for entry in request.headers.get("accept-language", "").split(",")[:_MOST]:
        if (found := _ENTRY.fullmatch(entry)) is not None and float(found[2] or 1) > 0:
            entries.append((-float(found[2] or 1), found[1].lower()))
    return [language for _, language in sorted(entries, key=lambda entry: entry[0])]
