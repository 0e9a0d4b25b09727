"""A group whose commands are imported when they are called or listed, from here and from other packages."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

# Other packages add commands by entry points of this group: `bot = "bot.cli:bot"`.
ENTRY_POINTS = "giydir.commands"


class Commands(click.Group):
    """`homes` says where each command is, as `package.module:name`. These win over other packages'."""

    def __init__(self, *args: Any, homes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Ours in their order, then the others'."""
        return [*self._homes, *sorted(entry_points(group=ENTRY_POINTS).names - self._homes.keys())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; one of another package that cannot be imported says so when it is called."""
        if cmd_name in self._homes:
            module, _, name = self._homes[cmd_name].partition(":")
            command: click.Command = getattr(import_module(module), name)
            return command
        found = entry_points(group=ENTRY_POINTS, name=cmd_name)
        return _load(next(iter(found))) if found else None


def _load(entry: EntryPoint) -> click.Command:
    try:
        command: click.Command = entry.load()
    except ImportError as error:
        return _missing(entry, error.name or str(error))
    return command


def _missing(entry: EntryPoint, what: str) -> click.Command:
    message = f"{entry.value.partition(':')[0]} cannot be imported: {what} is missing"

    def refuse(*_: object, **__: object) -> None:
        raise click.ClickException(message)

    return click.Command(
        entry.name,
        callback=refuse,
        short_help=f"({message})",
        context_settings={"ignore_unknown_options": True},
    )
