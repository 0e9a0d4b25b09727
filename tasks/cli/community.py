"""`giydir community`: a community's own settings, and whether it may use the bot."""

from __future__ import annotations

from typing import Any

import click

from tasks.cli.command import Command
from tasks.cli.names import name_of
from tasks.cli.opened import open_desk
from tasks.cli.options import OrNone, Said, json_option, place_argument, reason_option
from tasks.cli.output import say, say_act, table
from tasks.errors import UnknownCommunity
from tasks.records import MAX_COOLDOWN, MAX_PICTURES, MAX_RESULT_HOURS, CommunityChanges, Place, Window
from tasks.reports import RoleAllowance

_NUMBER = OrNone(click.IntRange(0, MAX_PICTURES))


@click.group(
    short_help="A community's own settings; let it in or keep it out.",
    epilog="""\b
Examples:
  giydir community show discord:5678
  giydir community set discord:5678 --time-zone Europe/Istanbul --limit 5 --pool 200
  giydir community forbid discord:5678 --reason "only friends"
""",
)
def community() -> None:
    """A community's own settings, and whether it may use the bot.

    What a community has not set, the operator's settings say (giydir settings).
    """


@community.command(
    cls=Command,
    short_help="What a community has set.",
    epilog="""\b
Examples:
  giydir community show discord:5678
  giydir community show discord:5678 --json
""",
)
@place_argument
@json_option
def show(place: Place, as_json: bool) -> None:
    """Show a community's own settings and its roles' allowances; `-` where the operator's settings hold."""
    with open_desk() as desk:
        found = desk.community(place)
    if found is None:
        raise UnknownCommunity(f"nobody of {name_of(place)} was ever here; the operator's settings hold")
    rows: list[tuple[str, object]] = [
        ("members", found.members),
        ("allowed", found.allowed),
        ("paused", found.paused),
        ("time zone", found.time_zone),
        ("window", found.quota_window),
        ("limit", found.member_limit),
        ("pool", found.pool_limit),
        ("cooldown", found.cooldown_seconds),
        ("result hours", found.result_hours),
        *(
            (f"role {one.role}", f"limit {_said(one.member_limit)}, weight {_said(one.weight)}")
            for one in found.roles
        ),
    ]
    say(as_json, found, table(rows))


@community.command(
    "set",
    cls=Command,
    short_help="Change a community's settings.",
    epilog="""\b
Examples:
  giydir community set discord:5678 --time-zone Europe/Istanbul --window daily
  giydir community set discord:5678 --pool 200 --cooldown 30 --reason "busy week"
  giydir community set discord:5678 --limit none
""",
)
@place_argument
@click.option("--time-zone", type=OrNone(click.STRING), help="Such as Europe/Istanbul; days begin by it.")
@click.option(
    "--window",
    "quota_window",
    type=OrNone(click.Choice([one.value for one in Window])),
    help="Count pictures by day, or over the last 24 hours.",
)
@click.option("--limit", "member_limit", type=_NUMBER, help="Pictures of a member in a window.")
@click.option("--pool", "pool_limit", type=_NUMBER, help="Pictures of the whole community in a window.")
@click.option(
    "--cooldown",
    "cooldown_seconds",
    type=OrNone(click.IntRange(0, MAX_COOLDOWN)),
    help="Seconds between two requests of a member.",
)
@click.option(
    "--result-hours",
    type=OrNone(click.IntRange(1, MAX_RESULT_HOURS)),
    help="How long pictures are kept; no longer than the operator keeps them.",
)
@reason_option
@json_option
def set_(place: Place, reason: str, as_json: bool, **given: Said | None) -> None:
    """Change what is given, and only that; the word `none` leaves a setting to the operator again."""
    values: Any = {name: said.value for name, said in given.items() if said is not None}
    changes: CommunityChanges = values
    if not changes:
        raise click.UsageError("say what to set, such as --limit 5")
    with open_desk() as desk:
        audit_id = desk.configure(None, place, changes, reason)
    words = ", ".join(f"{name} {_said(value)}" for name, value in changes.items())
    say_act(as_json, audit_id, f"{name_of(place)}: {words}")


@community.command(
    cls=Command,
    short_help="Let a community in.",
    epilog="""\b
Example:
  giydir community allow discord:5678
""",
)
@place_argument
@reason_option
@json_option
def allow(place: Place, reason: str, as_json: bool) -> None:
    """Let a community in, also where GIYDIR_COMMUNITIES_OPEN is false."""
    _allow(place, True, reason, as_json)


@community.command(
    cls=Command,
    short_help="Keep a community out.",
    epilog="""\b
Example:
  giydir community forbid discord:5678 --reason spam
""",
)
@place_argument
@reason_option
@json_option
def forbid(place: Place, reason: str, as_json: bool) -> None:
    """Refuse a community's requests, also where GIYDIR_COMMUNITIES_OPEN is true."""
    _allow(place, False, reason, as_json)


def _allow(place: Place, allowed: bool, reason: str, as_json: bool) -> None:
    with open_desk() as desk:
        audit_id = desk.allow(None, place, allowed, reason)
    say_act(as_json, audit_id, f"{name_of(place)} is {'allowed' if allowed else 'not allowed'}")


def _role(role: RoleAllowance) -> str:
    return f"limit {_said(role.member_limit)}, weight {_said(role.weight)}"


def _said(value: object) -> object:
    return "none" if value is None else value
