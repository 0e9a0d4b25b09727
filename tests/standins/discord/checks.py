"""What Discord holds bots to beyond the description: its docs of messages, components and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.standins.discord.errors import Forbidden, empty_message, too_large
from tests.standins.discord.rules import Rules
from tests.standins.discord.schema import Json
from tests.standins.files import File

CONTENT_CHARACTERS = 2000
EMBED_CHARACTERS = 6000
ROWS = 5
ROW_BUTTONS = 5
V2_COMPONENTS = 40
V2_CHARACTERS = 4000
MODAL_COMPONENTS = 5
REQUEST_BYTES = 25 * 1024 * 1024
COMMAND_CHARACTERS = 8000
GLOBAL_COMMANDS = 100

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

ACTION_ROW, BUTTON, TEXT_DISPLAY, LABEL, FILE_UPLOAD = 1, 2, 10, 18, 19
SELECTS = frozenset({3, 5, 6, 7, 8})
LINK_STYLE, PREMIUM_STYLE = 5, 6
SUBCOMMAND, GROUP = 1, 2
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")


def walk(components: Sequence[Json] | None) -> Iterator[Json]:
    """All components, those within others too."""
    for one in components or ():
        yield one
        yield from walk(one.get("components"))
        for inner in (one.get("accessory"), one.get("component")):
            if inner is not None:
                yield from walk([inner])


def check_files(body: Json, files: dict[int, File], limit: int) -> None:
    """Raises 413 for what is too large, and a form error where `attachments` and the files do not fit."""
    large = [
        f"files.{index}: {len(file.data)} bytes" for index, file in files.items() if len(file.data) > limit
    ]
    if large or sum(len(file.data) for file in files.values()) > REQUEST_BYTES:
        raise too_large(large or ["files: more than 25 MiB in one request"])
    listed = body.get("attachments")
    if listed is not None:
        missing = files.keys() - {int(one["id"]) for one in listed}
        if missing:
            raise Forbidden([f"attachments: files {sorted(missing)} are not listed"])


def check_message(body: Json, files: dict[int, File], flags: int) -> None:
    """A message's JSON; `flags` as the message has them, for an edit those from before too."""
    problems = [*_of_text(body, flags), *_of_embeds(body), *_of_components(body.get("components"), flags)]
    problems += _of_links(body, files)
    if problems:
        raise Forbidden(problems)


def check_filled(whole: Json, files: dict[int, File]) -> None:
    """Of a message as it will be: there has to be something in it."""
    parts = ("content", "embeds", "components", "attachments", "sticker_ids", "poll")
    if not files and not any(whole.get(name) for name in parts):
        raise empty_message()


def check_modal(data: Json) -> None:
    problems = list(_of_ids(data["components"]))
    if len(data["components"]) > MODAL_COMPONENTS:
        problems.append(f"data.components: {len(data['components'])} entries, at most {MODAL_COMPONENTS}")
    if problems:
        raise Forbidden(problems)


def check_commands(commands: Sequence[Json], rules: Rules) -> None:
    problems = [problem for one in commands for problem in _of_command(one, rules)]
    named = [(one.get("type") or 1, one["name"]) for one in commands]
    problems += [f"name: {name!r} twice" for kind, name in set(named) if named.count((kind, name)) > 1]
    if sum(kind == 1 for kind, _ in named) > GLOBAL_COMMANDS:
        problems.append(f"body: more than {GLOBAL_COMMANDS} commands")
    if problems:
        raise Forbidden(problems)


def _of_text(body: Json, flags: int) -> Iterator[str]:
    if len(body.get("content") or "") > CONTENT_CHARACTERS:
        yield f"content: {len(body['content'])} characters, at most {CONTENT_CHARACTERS}"
    if flags & COMPONENTS_V2:
        yield from (
            f"{name}: not together with components of version 2"
            for name in ("content", "embeds")
            if body.get(name)
        )


def _of_embeds(body: Json) -> Iterator[str]:
    total = 0
    for embed in body.get("embeds") or ():
        texts = [embed.get("title"), embed.get("description")]
        texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
        texts += [text for row in embed.get("fields") or () for text in (row["name"], row["value"])]
        total += sum(len(text or "") for text in texts)
    if total > EMBED_CHARACTERS:
        yield f"embeds: {total} characters in all, at most {EMBED_CHARACTERS}"


def _of_components(components: Sequence[Json] | None, flags: int) -> Iterator[str]:
    everything = list(walk(components))
    if flags & COMPONENTS_V2:
        if len(everything) > V2_COMPONENTS:
            yield f"components: {len(everything)} in all, at most {V2_COMPONENTS}"
        text = sum(len(one["content"]) for one in everything if one["type"] == TEXT_DISPLAY)
        if text > V2_CHARACTERS:
            yield f"components: {text} characters in all, at most {V2_CHARACTERS}"
    else:
        if len(components or ()) > ROWS:
            yield f"components: {len(components or ())} entries, at most {ROWS}"
        if any(one["type"] != ACTION_ROW for one in components or ()):
            yield "components: only action rows without the flag of version 2"
    for row in everything:
        if row["type"] == ACTION_ROW:
            kinds = [one["type"] for one in row["components"]]
            if not (all(kind == BUTTON for kind in kinds) or len(kinds) == 1):
                yield f"components: a row holds up to {ROW_BUTTONS} buttons or one select, not {kinds}"
    yield from _of_buttons(everything)
    yield from _of_ids(components)


def _of_buttons(everything: Sequence[Json]) -> Iterator[str]:
    for button in everything:
        if button["type"] == BUTTON and button["style"] != PREMIUM_STYLE:
            link = button["style"] == LINK_STYLE
            if link != bool(button.get("url")) or link == bool(button.get("custom_id")):
                yield "components: a link button has a url, every other a custom_id, none both"
            if not button.get("label") and not button.get("emoji"):
                yield "components: a button without label and emoji"
        elif button["type"] in SELECTS:
            values = [option["value"] for option in button.get("options", ())]
            if len(set(values)) < len(values):
                yield f"components: the select {button['custom_id']!r} has a value twice"


def _of_ids(components: Sequence[Json] | None) -> Iterator[str]:
    ids = [one["custom_id"] for one in walk(components) if one.get("custom_id")]
    yield from (f"components: custom_id {name!r} twice" for name in sorted(set(ids)) if ids.count(name) > 1)


def _of_links(body: Json, files: dict[int, File]) -> Iterator[str]:
    """`attachment://name` must name a file of this request, or one that is kept."""
    names = {file.name for file in files.values()} | {
        one["filename"] for one in body.get("attachments") or () if one.get("filename")
    }
    for url in _urls([body.get("embeds"), body.get("components")]):
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            yield f"body: {url} names no file of this message"


def _urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "url" and isinstance(inner, str):
                yield inner
            else:
                yield from _urls(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _urls(inner)


def _of_command(command: Json, rules: Rules) -> Iterator[str]:
    name = command["name"]
    if (command.get("type") or 1) == 1:
        if not command.get("description"):
            yield f"description: {name} has none"
        yield from _of_options(name, command.get("options") or ())
        if not COMMAND_NAME.fullmatch(name) or name != name.lower():
            yield f"name: {name!r} is no name of a slash command"
    elif command.get("description") or command.get("options"):
        yield f"options: {name} is in a context menu, without description and options"
    unknown = set(_localized(command)) - rules.locales
    yield from (f"name_localizations: {locale} is no locale of Discord" for locale in sorted(unknown))
    if (characters := _characters(command)) > COMMAND_CHARACTERS:
        yield f"body: {name} has {characters} characters in all, at most {COMMAND_CHARACTERS}"


def _of_options(command: str, options: Sequence[Json]) -> Iterator[str]:
    names = [one["name"] for one in options]
    if len(set(names)) < len(names):
        yield f"options: {command} has an option twice"
    needed = [bool(one.get("required")) for one in options]
    if needed != sorted(needed, reverse=True):
        yield f"options: {command} has a required option after one that is not"
    for one in options:
        if not COMMAND_NAME.fullmatch(one["name"]) or one["name"] != one["name"].lower():
            yield f"options: {one['name']!r} is no name of an option"
        if one["type"] in (SUBCOMMAND, GROUP):
            yield from _of_options(f"{command} {one['name']}", one.get("options") or ())
        if one.get("choices") and one.get("autocomplete"):
            yield f"options: {one['name']} has choices and autocomplete"


def _localized(part: Json) -> Iterator[str]:
    for name in ("name_localizations", "description_localizations"):
        yield from part.get(name) or ()
    for inner in [*(part.get("options") or ()), *(part.get("choices") or ())]:
        yield from _localized(inner)


def _characters(part: Json) -> int:
    """Of names, descriptions and values; of each text the longest of its translations counts."""
    total = 0
    for name in ("name", "description"):
        translated = (part.get(f"{name}_localizations") or {}).values()
        total += max(len(text) for text in [part.get(name) or "", *translated])
    if isinstance(part.get("value"), str):
        total += len(part["value"])
    return total + sum(
        _characters(inner) for inner in [*(part.get("options") or ()), *(part.get("choices") or ())]
    )
