"""Options and values that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import click

from tasks.cli.names import MEMBER, PERSON, PLACE
from tasks.records import MAX_TEXT

F = TypeVar("F", bound=Callable[..., Any])

person_argument = click.argument("person", type=PERSON, metavar="PLATFORM:USER")
place_argument = click.argument("place", type=PLACE, metavar="PLATFORM:COMMUNITY")
member_argument = click.argument("member", type=MEMBER, metavar="PLATFORM:COMMUNITY:USER")

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result (or error) as JSON.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
reason_option = click.option(
    "--reason", default="", metavar="TEXT", help=f"Why; goes into the audit, {MAX_TEXT} characters at most."
)
community_option = click.option("--community", "place", type=PLACE, help="Only in this community.")
roles_option = click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="A role that the member has on the platform; may be given several times.",
)


def page_options(command: F) -> F:
    """`--limit` and `--before`, for lists."""
    for option in reversed(
        [
            click.option(
                "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Rows at most."
            ),
            click.option(
                "--before", "before_id", type=int, metavar="ID", help="Only rows older than this one."
            ),
        ]
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class Said:
    """What an option was given; `None` for the word `none`, which takes a setting away."""

    value: Any


class OrNone(click.ParamType[Any]):
    """A value of another type, or the word `none`."""

    def __init__(self, of: click.ParamType[Any]) -> None:
        self._of = of
        self.name = f"{of.name}|none"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        inner = self._of.get_metavar(param, ctx) or self._of.name.upper()
        return f"{inner.strip('[]')}|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Said:
        if isinstance(value, Said):
            return value
        return Said(None if value == "none" else self._of.convert(value, param, ctx))


_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Duration(click.ParamType[timedelta]):
    """`90m`, `12h`, `7d` or `2w`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        number, unit = value[:-1], _UNITS.get(value[-1:])
        # Four digits are 190 years at most, which every calendar holds.
        if unit is None or not (number.isascii() and number.isdigit() and 0 < int(number) < 10_000):
            self.fail(f"{value!r} is not a duration such as 90m, 12h, 7d or 2w", param, ctx)
        return timedelta(**{unit: int(number)})
