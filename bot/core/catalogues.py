"""The catalogues of sentences, `bot/locales/<language>/LC_MESSAGES/bot.po`, read once at the start."""

from __future__ import annotations

import io
from collections.abc import Mapping
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.core.tongue import ShowTime, Tongue

LOCALES = Path(__file__).parent.parent / "locales"
FALLBACK = "en"


class Catalogues:
    """All languages that there are."""

    def __init__(self, by_language: Mapping[str, NullTranslations]) -> None:
        self._by_language = by_language

    @classmethod
    def load(cls) -> Catalogues:
        """From the package's own files. Fuzzy sentences are left out, as gettext does."""
        return cls({language: _translations(read_catalogue(language)) for language in languages()})

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._by_language)

    def tongue(self, *locales: str | None, show_time: ShowTime) -> Tongue:
        """The first of some locales (`tr`, `en-GB`) that there is a language for, or else English."""
        wanted = (locale.split("-")[0].lower() for locale in locales if locale)
        language = next((name for name in wanted if name in self._by_language), FALLBACK)
        return Tongue(language, self._by_language[language], show_time)

    def translate(self, language: str, text: str) -> str | None:
        """A sentence in a language, or `None` where there is none."""
        found = self._by_language[language].gettext(text)
        return None if found == text else found


def languages() -> list[str]:
    """Those that have a folder."""
    return sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/bot.po"))


def catalogue_path(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "bot.po"


def read_catalogue(language: str) -> Catalog:
    """A language's file as Babel reads it."""
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def _translations(catalogue: Catalog) -> GNUTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
