"""The commands of the application, for everywhere and for one guild."""

from __future__ import annotations

from copy import deepcopy

from tests.standins.discord.call import NO_CONTENT, Answer, Call, answers
from tests.standins.discord.checks import check_commands
from tests.standins.discord.errors import missing_access, unknown_command
from tests.standins.discord.rules import discord_rules
from tests.standins.discord.schema import Json

GLOBAL = "/applications/{application_id}/commands"
GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def commands_of(call: Call) -> list[Json]:
    """Those of the guild in the path, or those for everywhere."""
    world = call.server.world
    if call.id("application_id") != world.application_id:
        raise missing_access()
    if "guild_id" not in call.values:
        return world.commands[None]
    if call.id("guild_id") not in world.guilds:
        raise missing_access()
    return world.commands.setdefault(call.id("guild_id"), [])


def command_of(call: Call) -> Json:
    for command in commands_of(call):
        if command["id"] == call.values["command_id"]:
            return command
    raise unknown_command()


@answers(f"GET {GLOBAL}", f"GET {GUILD}")
def list_commands(call: Call) -> Answer:
    full = call.query.get("with_localizations", "").lower() in ("1", "true")
    hidden = {} if full else {"name_localizations": None, "description_localizations": None}
    return 200, [{**command, **hidden} for command in commands_of(call)]


@answers(f"PUT {GLOBAL}", f"PUT {GUILD}")
def set_commands(call: Call) -> Answer:
    """All at once: those with a name that was known keep their id, those not named are gone."""
    check_commands(call.body or [], discord_rules())
    known = commands_of(call)
    known[:] = [_registered(call, one, known) for one in call.body or []]
    call.server.serving.changed()
    return 200, known


@answers(f"POST {GLOBAL}", f"POST {GUILD}")
def create_command(call: Call) -> Answer:
    known = commands_of(call)
    check_commands([call.body], discord_rules())
    command = _registered(call, call.body, known)
    new = not any(one["id"] == command["id"] for one in known)
    known[:] = [one for one in known if one["id"] != command["id"]] + [command]
    return 201 if new else 200, command


@answers(f"GET {GLOBAL}/{{command_id}}", f"GET {GUILD}/{{command_id}}")
def get_command(call: Call) -> Answer:
    return 200, command_of(call)


@answers(f"PATCH {GLOBAL}/{{command_id}}", f"PATCH {GUILD}/{{command_id}}")
def update_command(call: Call) -> Answer:
    command = command_of(call)
    check_commands([{**command, **call.body}], discord_rules())
    command.update(_registered(call, {**command, **call.body}, [command]))
    return 200, command


@answers(f"DELETE {GLOBAL}/{{command_id}}", f"DELETE {GUILD}/{{command_id}}")
def delete_command(call: Call) -> Answer:
    commands_of(call).remove(command_of(call))
    return NO_CONTENT


def _registered(call: Call, body: Json, known: list[Json]) -> Json:
    """A command as it is given back: without what is null, with an id and a version."""
    world = call.server.world
    kind = body.get("type") or 1
    same = [one for one in known if one["type"] == kind and one["name"] == body["name"]]
    permissions = body.get("default_member_permissions")
    command: Json = {
        **_without_nulls(deepcopy(body)),
        "id": same[0]["id"] if same else str(world.new_id()),
        "application_id": str(world.application_id),
        "version": str(world.new_id()),
        "default_member_permissions": None if permissions is None else str(permissions),
        "type": kind,
        "description": body.get("description") or "",
    }
    if "guild_id" in call.values:
        command["guild_id"] = call.values["guild_id"]
        command.pop("dm_permission", None)
    return command


def _without_nulls(part: Json) -> Json:
    kept = {name: value for name, value in part.items() if value is not None}
    if "options" in kept:
        kept["options"] = [_without_nulls(option) for option in kept["options"]]
    if "choices" in kept:
        kept["choices"] = [_without_nulls(choice) for choice in kept["choices"]]
    return kept
