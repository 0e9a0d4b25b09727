"""One language to speak in: sentences looked up in a catalogue, and filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from gettext import NullTranslations

# How a platform shows a moment: "in 3 minutes", in whatever form it knows.
ShowTime = Callable[[datetime], str]


def N_(text: str) -> str:  # noqa: N802 (gettext's own name)
    """Marks a sentence that is looked up later."""
    return text


class Tongue:
    """`say` and `count` look up an English sentence and put values in by name, times as the platform does.

    Values are put in once and never read as sentences themselves, so braces in a name do no harm.
    """

    def __init__(self, language: str, catalogue: NullTranslations, show_time: ShowTime) -> None:
        self.language = language
        self.catalogue = catalogue
        self._show_time = show_time

    def say(self, text: str, **values: object) -> str:
        """The sentence in this language."""
        return self._fill(self.catalogue.gettext(text), values)

    def count(self, singular: str, plural: str, number: int, **values: object) -> str:
        """The sentence for so many; `{number}` is how many."""
        return self._fill(self.catalogue.ngettext(singular, plural, number), {"number": number, **values})

    def time(self, moment: datetime) -> str:
        """A moment as the platform shows it."""
        return self._show_time(moment)

    def _fill(self, text: str, values: dict[str, object]) -> str:
        return text.format_map(
            {
                name: self._show_time(value) if isinstance(value, datetime) else value
                for name, value in values.items()
            }
        )
