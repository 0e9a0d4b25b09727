"""Text with tags to text with entities, as the Bot API does it for `parse_mode` HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.standins.telegram.errors import Forbidden
from tests.standins.telegram.rules import Json

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
FOUND = (
    ("bot_command", re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,32}(@\w+)?")),
    ("mention", re.compile(r"(?<!\w)@\w{5,32}")),
)


def units(text: str) -> int:
    """Length as Telegram counts offsets: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def formatted(text: str, mode: str | None) -> tuple[str, list[Json]]:
    """What people see, and its entities. Raises `Forbidden` where the Bot API cannot read it."""
    if not mode:
        return text.strip(), []
    if mode.lower() != "html":
        raise Forbidden([f"parse_mode: the stand-in reads HTML, not {mode}"])
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise _cannot_parse(f'can\'t find end tag corresponding to start tag "{reader.open[-1][0]}"')
    return reader.text.strip(), reader.entities


def found_in(text: str) -> list[Json]:
    """Commands and mentions, which nobody has to mark."""
    entities: list[Json] = [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
        for kind, pattern in FOUND
        for match in pattern.finditer(text)
    ]
    return sorted(entities, key=lambda one: int(one["offset"]))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[Json] = []
        self.open: list[tuple[str, int, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise _cannot_parse(f'unsupported start tag "{tag}"')
        self.open.append((tag, units(self.text), dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise _cannot_parse(f'unmatched end tag "{tag}"')
        _, offset, href = self.open.pop()
        entity: Json = {"type": TAGS[tag], "offset": offset, "length": units(self.text) - offset}
        if tag == "a":
            entity["url"] = href or ""
        if entity["length"]:
            self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data


def _cannot_parse(why: str) -> Forbidden:
    return Forbidden([f"text: {why}"], 400, f"Bad Request: can't parse entities: {why}")
