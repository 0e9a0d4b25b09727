"""`giydir ban`: who may not ask, where, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from tasks.cli.command import Command
from tasks.cli.names import PERSON, name_of
from tasks.cli.opened import open_desk
from tasks.cli.options import (
    Duration,
    community_option,
    json_option,
    page_options,
    person_argument,
    reason_option,
)
from tasks.cli.output import moment, say, say_act, table
from tasks.records import Person, Place


@click.group(
    short_help="Who may not ask, where and until when.",
    epilog="""\b
Examples:
  giydir ban add discord:1234 --community discord:5678 --for 7d --reason spam
  giydir ban add discord:1234 --reason abuse        everywhere, for good
  giydir ban list
  giydir ban remove discord:1234
""",
)
def ban() -> None:
    """Ban people from asking for pictures, in one community or everywhere, and let them in again."""


@ban.command(
    cls=Command,
    short_help="Ban a person.",
    epilog="""\b
Examples:
  giydir ban add discord:1234 --community discord:5678 --for 7d --reason spam
  giydir ban add discord:1234 --reason abuse
""",
)
@person_argument
@community_option
@click.option("--for", "duration", type=Duration(), help="How long: 90m, 12h, 7d, 2w [default: for good].")
@reason_option
@json_option
def add(person: Person, place: Place | None, duration: timedelta | None, reason: str, as_json: bool) -> None:
    """Ban a person, everywhere or in one community. Their queued jobs there are cancelled, free."""
    until = None if duration is None else datetime.now(UTC) + duration
    with open_desk() as desk:
        audit_id = desk.ban(None, person, place, until, reason)
    end = "for good" if until is None else f"until {moment(until)}"
    say_act(as_json, audit_id, f"{name_of(person)} is banned {_where(place)}, {end}")


@ban.command(
    cls=Command,
    short_help="Let a person in again.",
    epilog="""\b
Examples:
  giydir ban remove discord:1234
  giydir ban remove discord:1234 --community discord:5678 --reason "said sorry"
""",
)
@person_argument
@community_option
@reason_option
@json_option
def remove(person: Person, place: Place | None, reason: str, as_json: bool) -> None:
    """Lift a ban: the one that holds everywhere, or the one of a community."""
    with open_desk() as desk:
        audit_id = desk.unban(None, person, place, reason)
    say_act(as_json, audit_id, f"{name_of(person)} is not banned {_where(place)} any more")


@ban.command(
    "list",
    cls=Command,
    short_help="Bans in force.",
    epilog="""\b
Examples:
  giydir ban list
  giydir ban list --community discord:5678 --all --json
""",
)
@community_option
@click.option("--person", type=PERSON, help="Only this person's.")
@click.option("--all", "everything", is_flag=True, help="Also those that are over, or were lifted.")
@page_options
@json_option
def list_(
    place: Place | None,
    person: Person | None,
    everything: bool,
    limit: int,
    before_id: int | None,
    as_json: bool,
) -> None:
    """List bans, newest first; a person since forgotten has no name."""
    with open_desk() as desk:
        bans = desk.bans(place, person, only_in_force=not everything, limit=limit, before_id=before_id)
    rows = [
        (
            one.id,
            name_of(one.person, "(forgotten)"),
            name_of(one.place, "everywhere"),
            f"since {moment(one.at)}",
            f"until {moment(one.until)}" if one.in_force and one.until else _end(one.in_force),
            one.reason,
        )
        for one in bans
    ]
    say(as_json, bans, table(rows) if rows else ["nobody is banned"])


def _where(place: Place | None) -> str:
    return "everywhere" if place is None else f"in {name_of(place)}"


def _end(in_force: bool) -> str:
    return "for good" if in_force else "over"
