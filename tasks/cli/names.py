"""People, communities and members as they are written on a command line."""

from __future__ import annotations

from typing import Any

import click

from tasks.records import MAX_TEXT, Asker, Person, Place


class _Name(click.ParamType[Any]):
    """Words with colons between them; the last may hold none, so that a community's id may."""

    def parts(self, value: str, count: int) -> list[str]:
        platform, _, rest = value.partition(":")
        words = [platform, rest] if count == 2 else [platform, *rest.rpartition(":")[::2]]
        if not all(1 <= len(word) <= MAX_TEXT and word.isprintable() for word in words):
            self.fail(f"{value!r} is not of the form {self.name}, such as {_EXAMPLES[self.name]}")
        return words


_EXAMPLES = {
    "PLATFORM:USER": "discord:1234",
    "PLATFORM:COMMUNITY": "discord:5678",
    "PLATFORM:COMMUNITY:USER": "discord:5678:1234",
}


class _Person(_Name):
    name = "PLATFORM:USER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Person:
        return value if isinstance(value, Person) else Person(*self.parts(value, 2))


class _Place(_Name):
    name = "PLATFORM:COMMUNITY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        return value if isinstance(value, Place) else Place(*self.parts(value, 2))


class _Member(_Name):
    name = "PLATFORM:COMMUNITY:USER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Asker:
        if isinstance(value, Asker):
            return value
        platform, community, user = self.parts(value, 3)
        return Asker(platform, community, user)


PERSON, PLACE, MEMBER = _Person(), _Place(), _Member()


def name_of(who: Person | Place | Asker | None, nobody: str = "-") -> str:
    """As it is written on a command line."""
    match who:
        case None:
            return nobody
        case Person():
            return f"{who.platform}:{who.user}"
        case Place():
            return f"{who.platform}:{who.community}"
        case Asker():
            return f"{who.platform}:{who.community}:{who.user}"
