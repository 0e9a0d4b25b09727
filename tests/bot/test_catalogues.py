"""Every sentence in every language, whole; and the commands' names as Discord takes them."""

from __future__ import annotations

import asyncio
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from babel.messages.catalog import Catalog, Message
from discord import app_commands
from pydantic import SecretStr

from bot.core.catalogues import catalogue_path, languages, read_catalogue
from bot.discord.client import TryOnClient
from bot.discord.speech import CommandTranslator
from bot.locales.update import extract, updated, write
from tests.bot.kit import CATALOGUES, tongue

# What Discord says of names (Application Command Naming).
NAME = re.compile(r"^[-_'\w]{1,32}$")


def sentences(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each English form beside its translation."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from zip(message.id, message.string or (), strict=True)


def test_there_are_english_and_turkish() -> None:
    assert languages() == ["en", "tr"]


@pytest.mark.parametrize("language", languages())
def test_no_sentence_is_missing_fuzzy_or_left_over(language: str) -> None:
    said = {message.id for message in sentences(extract())}
    there = read_catalogue(language)
    assert {message.id for message in sentences(there)} == said, "run python -m bot.locales.update"
    assert not there.obsolete
    assert not [message.id for message in there if message.fuzzy and message.id]
    empty = [english for message in sentences(there) for english, own in pairs(message) if not own.strip()]
    assert not empty


@pytest.mark.parametrize("language", languages())
def test_the_files_are_as_the_tool_writes_them(language: str, tmp_path: Path) -> None:
    write(language, updated(language), tmp_path / "bot.po")
    assert (tmp_path / "bot.po").read_bytes() == catalogue_path(language).read_bytes()


@pytest.mark.parametrize("language", languages())
def test_a_translation_has_the_same_values_in_it(language: str) -> None:
    for message in sentences(read_catalogue(language)):
        for english, own in pairs(message):
            assert fields(own) == fields(english), english
            assert own.count("`") == english.count("`")
            assert own.count("**") == english.count("**")


def test_turkish_is_not_english_with_another_name() -> None:
    same = {
        english
        for message in sentences(read_catalogue("tr"))
        for english, own in pairs(message)
        if own == english
    }
    assert same == {"Model", "mod"}


def test_one_and_many_are_told_apart() -> None:
    english, turkish = tongue("en"), tongue("tr")
    one = "One picture comes before yours.", "{number} pictures come before yours."
    assert [english.count(*one, number) for number in (1, 2)] == [
        "One picture comes before yours.",
        "2 pictures come before yours.",
    ]
    assert [turkish.count(*one, number) for number in (0, 1, 5)] == [
        "Seninkinden önce 0 resim var.",
        "Seninkinden önce bir resim var.",
        "Seninkinden önce 5 resim var.",
    ]


@pytest.mark.parametrize(
    ("locales", "language"),
    [
        (("tr",), "tr"),
        (("en-GB", "tr"), "en"),
        (("fr", "tr"), "tr"),
        (("fr", "de"), "en"),
        ((None, "tr"), "tr"),
        (("tr-TR",), "tr"),
        (("../../etc", ""), "en"),
    ],
)
def test_the_first_language_that_there_is(locales: tuple[str | None, ...], language: str) -> None:
    assert CATALOGUES.tongue(*locales, show_time=str).language == language


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    text = tongue("en").say("{user} is shut out.", user="{limit} {0} {user}")
    assert text == "{limit} {0} {user} is shut out."


@pytest.fixture(scope="module")
def commands() -> list[dict[str, Any]]:
    """What is sent to Discord, with all localisations."""

    async def payload() -> list[dict[str, Any]]:
        from config.settings import Settings

        client = TryOnClient(None, None, Settings(secret_key=SecretStr("k" * 32)), CATALOGUES)  # type: ignore[arg-type]
        translator = CommandTranslator(CATALOGUES)
        await client.tree.set_translator(translator)
        return [
            await command.get_translated_payload(client.tree, translator)
            for command in client.tree.get_commands()
        ]

    return asyncio.run(payload())


def parts(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command, its subcommands, options and choices."""
    yield command
    for part in (*command.get("options", ()), *command.get("choices", ())):
        yield from parts(part)


def test_every_name_and_description_is_in_turkish_too(commands: list[dict[str, Any]]) -> None:
    for command in commands:
        for part in parts(command):
            if part["name"] in ("English", "Türkçe", "mod"):
                continue
            assert "tr" in part["name_localizations"], part["name"]
            if "description" in part:
                assert "tr" in part["description_localizations"], part["name"]


def test_discord_takes_every_name_and_description(commands: list[dict[str, Any]]) -> None:
    for command in commands:
        for part in parts(command):
            # Choices and context menus are shown as they are, and never typed.
            is_choice = "value" in part or "description" not in part
            names = [part["name"], *(part.get("name_localizations") or {}).values()]
            for name in names:
                assert len(name) <= 100 if is_choice else NAME.match(name), name
                assert is_choice or name == name.lower()
            for text in (part.get("description"), *(part.get("description_localizations") or {}).values()):
                assert text is None or 1 <= len(text) <= 100, text


def test_no_two_options_or_commands_have_one_name_in_any_language(commands: list[dict[str, Any]]) -> None:
    def check(siblings: list[dict[str, Any]]) -> None:
        for language in (None, "tr"):
            names = [(part.get("name_localizations") or {}).get(language, part["name"]) for part in siblings]
            assert len(set(names)) == len(names), names

    check(commands)
    for command in commands:
        for part in parts(command):
            check(part.get("options", []))


def test_each_command_stays_within_discords_8000_characters(commands: list[dict[str, Any]]) -> None:
    for command in commands:
        size = sum(
            max(map(len, [part[kind], *(part.get(f"{kind}_localizations") or {}).values()]))
            for part in parts(command)
            for kind in ("name", "description")
            if kind in part
        ) + sum(len(str(part["value"])) for part in parts(command) if "value" in part)
        assert size <= 8000, command["name"]


def test_locales_that_we_translate_for_are_discords_own() -> None:
    assert discord.Locale.turkish.value == "tr"
    assert isinstance(CommandTranslator(CATALOGUES), app_commands.Translator)
