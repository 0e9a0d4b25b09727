"""A slash command as a person types it, against what the bot has registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.standins.discord.checks import GROUP, SUBCOMMAND
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Attachment, Channel, Role, User, value_of
from tests.standins.files import File

TEXT, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)
WANTED: dict[int, tuple[type, ...]] = {
    TEXT: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    MENTIONABLE: (User, Role),
    NUMBER: (int, float),
    ATTACHMENT: (Attachment,),
}


class NotOffered(AssertionError):
    """A person's client does not offer this: no such command, option, choice or button."""


@dataclass(frozen=True)
class Typed:
    """`data` of the interaction; `things`: what its ids stand for."""

    data: Json
    things: list[Any]


def find_option(command: Json, path: list[str]) -> list[Json]:
    """The subcommands named after the command, from outer to inner."""
    found: list[Json] = []
    inner = command
    for name in path:
        named = [one for one in inner.get("options", ()) if one["name"] == name and one["type"] in (1, 2)]
        if not named:
            raise NotOffered(f"/{command['name']} has no subcommand {name!r}")
        inner = named[0]
        found.append(inner)
    if any(one["type"] in (SUBCOMMAND, GROUP) for one in inner.get("options", ())):
        raise NotOffered(f"/{' '.join([command['name'], *path])} wants a subcommand")
    return found


def type_command(
    command: Json,
    path: list[str],
    values: Mapping[str, Any],
    upload: Callable[[File], Attachment],
    focused: str | None = None,
) -> Typed:
    """`focused`: the option that is still being typed, for an autocomplete; others may be missing then."""
    inner = find_option(command, path)
    options: list[Json] = (inner[-1] if inner else command).get("options", [])
    known = {option["name"]: option for option in options}
    if unknown := values.keys() - known.keys():
        raise NotOffered(f"/{command['name']} has no option {sorted(unknown)}, but {sorted(known)}")
    missing = [name for name, one in known.items() if one.get("required") and name not in values]
    if missing and focused is None:
        raise NotOffered(f"/{command['name']} needs {missing}")
    typed, things = [], []
    for name, value in values.items():
        thing = upload(value) if isinstance(value, File) else value
        if name != focused:
            thing = _chosen(known[name], thing)
        things.append(thing)
        typed.append({"type": known[name]["type"], "name": name, "value": value_of(thing)})
        if name == focused:
            if not known[name].get("autocomplete"):
                raise NotOffered(f"{name} is not completed by the bot")
            typed[-1]["focused"] = True
    for outer in reversed(inner):
        typed = [{"type": outer["type"], "name": outer["name"], "options": typed}]
    data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": typed}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return Typed(data, things)


def _chosen(option: Json, value: Any) -> Any:
    """What a client sends for a value; raises where it would not let it through."""
    name, kind = option["name"], option["type"]
    if choices := option.get("choices"):
        shown = [one for one in choices if value in _names(one) or value == one["value"]]
        if not shown:
            raise NotOffered(f"{name}: {value!r} is none of {[one['name'] for one in choices]}")
        return shown[0]["value"]
    if not isinstance(value, WANTED[kind]) or isinstance(value, bool) != (kind == BOOLEAN):
        raise NotOffered(f"{name}: {value!r} does not fit an option of type {kind}")
    size = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if kind == TEXT else ("min_value", "max_value")
    if kind in (TEXT, INTEGER, NUMBER) and not option.get(low, size) <= size <= option.get(high, size):
        raise NotOffered(f"{name}: {value!r} is not between {option.get(low)} and {option.get(high)}")
    return value


def _names(choice: Json) -> set[str]:
    return {choice["name"], *(choice.get("name_localizations") or {}).values()}
