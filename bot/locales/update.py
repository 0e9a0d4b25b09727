"""Brings the catalogues to what the code says: `python -m bot.locales.update`.

New sentences come in empty, and a test fails until they are translated; English ones are filled in. Sentences
that nobody says any more go. Nothing is guessed: a sentence that changed is a new one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from bot.core.catalogues import FALLBACK, LOCALES, catalogue_path, languages, read_catalogue

# In which calls sentences stand, and which arguments they are.
KEYWORDS = {"say": None, "N_": None, "locale_str": None, "count": (1, 2)}
_BOT = LOCALES.parent
_WIDTH = 100
_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def extract() -> Catalog:
    """Every sentence that the code says."""
    catalogue = Catalog(project="AI-Giydir", charset="utf-8")
    found = extract_from_dir(
        _BOT,
        method_map=[("**.py", "python")],
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for file, _, message, comments, context in found:
        # Without lines, which would change with every edit.
        catalogue.add(message, None, [(file, 1)], auto_comments=comments, context=context)
    return catalogue


def updated(language: str) -> Catalog:
    """The language's catalogue with exactly the sentences of the code."""
    catalogue = read_catalogue(language)
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    # Nothing in a file that changes by itself.
    catalogue.creation_date = catalogue.revision_date = _DATE
    catalogue.last_translator, catalogue.language_team = "AI-Giydir contributors", "AI-Giydir"
    catalogue.msgid_bugs_address = ""
    if language == FALLBACK:
        for message in catalogue:
            if message.id:
                message.string = message.id
    return catalogue


def write(language: str, catalogue: Catalog, path: Path | None = None) -> None:
    with (path or catalogue_path(language)).open("wb") as file:
        write_po(file, catalogue, width=_WIDTH, include_lineno=False, sort_output=True, omit_header=False)


if __name__ == "__main__":
    for name in languages():
        write(name, updated(name))
