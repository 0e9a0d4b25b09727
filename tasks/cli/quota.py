"""`giydir quota`: what members and roles may, and what they have left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict
from uuid import uuid4

import click

from tasks.cli.command import Command
from tasks.cli.names import name_of
from tasks.cli.opened import open_desk
from tasks.cli.options import (
    OrNone,
    Said,
    json_option,
    member_argument,
    place_argument,
    reason_option,
    roles_option,
)
from tasks.cli.output import moment, say, say_act
from tasks.errors import UnknownPerson
from tasks.records import MAX_PICTURES, MAX_WEIGHT, Asker, Place

if TYPE_CHECKING:
    from tasks.desk import Desk
    from tasks.reports import Membership, RoleAllowance


def _settings_options(command: Any) -> Any:
    limit = click.option(
        "--limit",
        type=OrNone(click.IntRange(0, MAX_PICTURES)),
        help="Pictures in a window; `none` leaves it to what holds otherwise.",
    )
    weight = click.option(
        "--weight",
        type=OrNone(click.IntRange(1, MAX_WEIGHT)),
        help="Turns in the queue for another's one; `none` leaves it to what holds otherwise.",
    )
    return limit(weight(command))


@click.group(
    short_help="What members and roles may, and have left.",
    epilog="""\b
Examples:
  giydir quota show discord:5678:1234
  giydir quota set discord:5678:1234 --limit 20 --reason "helps newcomers"
  giydir quota grant discord:5678:1234 5
  giydir quota role discord:5678 supporters --limit 50 --weight 3
""",
)
def quota() -> None:
    """What members and roles may make, what they have left, and changing it.

    A member's own limit goes before their best role's, the community's and GIYDIR_MEMBER_LIMIT.
    """


@quota.command(
    cls=Command,
    short_help="What a member has left.",
    epilog="""\b
Examples:
  giydir quota show discord:5678:1234
  giydir quota show discord:5678:1234 --role supporters --json
""",
)
@member_argument
@roles_option
@json_option
def show(member: Asker, roles: tuple[str, ...], as_json: bool) -> None:
    """Show a member's limit, where it comes from, and what they have left of it.

    Only the platform knows a member's roles: name them, where some have an allowance.
    """
    with open_desk() as desk:
        # To ask for a stranger's quota would enter them.
        desk.person(member.person)
        asked = Asker(member.platform, member.community, member.user, roles)
        left = desk.quota(asked)
    pool = "" if left.pool_left is None else f", {left.pool_left} in the community's pool"
    lines = [
        f"{name_of(member)}: {left.left} left{pool}",
        f"limit   {left.limit} ({left.window}), set by: {left.source}",
        f"used    {left.used}",
        f"bonus   {left.bonus}",
        f"resets  {moment(left.resets_at)}",
    ]
    say(as_json, left, lines)


@quota.command(
    "set",
    cls=Command,
    short_help="A member's own limit and weight.",
    epilog="""\b
Examples:
  giydir quota set discord:5678:1234 --limit 20
  giydir quota set discord:5678:1234 --weight 3 --reason supporter
  giydir quota set discord:5678:1234 --limit none
""",
)
@member_argument
@_settings_options
@reason_option
@json_option
def set_(member: Asker, limit: Said | None, weight: Said | None, reason: str, as_json: bool) -> None:
    """Set a member's own limit, weight, or both; what is not given stays as it is."""
    _check_given(limit, weight)
    with open_desk() as desk:
        now = _own(desk, member)
        after = _after(now, limit, weight)
        audit_id = desk.set_member(None, member, **after, reason=reason)
    say_act(as_json, audit_id, f"{name_of(member)}: {_words(after)}")


@quota.command(
    cls=Command,
    short_help="What members of a role may.",
    epilog="""\b
Examples:
  giydir quota role discord:5678 supporters --limit 50 --weight 3
  giydir quota role discord:5678 supporters --limit none --weight none
""",
)
@place_argument
@click.argument("role")
@_settings_options
@reason_option
@json_option
def role(
    place: Place, role: str, limit: Said | None, weight: Said | None, reason: str, as_json: bool
) -> None:
    """Set limit, weight, or both of everybody with ROLE (as the platform names it); the best role counts."""
    _check_given(limit, weight)
    with open_desk() as desk:
        community = desk.community(place)
        now = next((one for one in community.roles if one.role == role), None) if community else None
        after = _after(now, limit, weight)
        audit_id = desk.set_role(None, place, role, **after, reason=reason)
    say_act(as_json, audit_id, f"role {role} in {name_of(place)}: {_words(after)}")


@quota.command(
    cls=Command,
    short_help="Give pictures on top of any limit.",
    epilog="""\b
Examples:
  giydir quota grant discord:5678:1234 5 --reason "won the contest"
""",
)
@member_argument
@click.argument("pictures", type=click.IntRange(1, MAX_PICTURES))
@reason_option
@json_option
def grant(member: Asker, pictures: int, reason: str, as_json: bool) -> None:
    """Give a member PICTURES on top of any limit, kept until used."""
    with open_desk() as desk:
        # Every call is a gift of its own.
        audit_id = desk.grant(None, member, pictures, f"giydir:{uuid4()}", reason)
    say_act(as_json, audit_id, f"{name_of(member)}: {pictures} pictures given")


@quota.command(
    cls=Command,
    short_help="Forgive what a member used in this window.",
    epilog="""\b
Examples:
  giydir quota reset discord:5678:1234 --reason "the GPU was broken"
""",
)
@member_argument
@roles_option
@reason_option
@json_option
def reset(member: Asker, roles: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Forgive what a member used of their limit in this window; jobs that go on still count.

    Name the member's roles where some have an allowance: by their limit an undoing takes back what is left.
    """
    with open_desk() as desk:
        asked = Asker(member.platform, member.community, member.user, roles)
        audit_id = desk.reset(None, asked, reason)
    say_act(as_json, audit_id, f"{name_of(member)}: what was used is forgiven")


class _Changes(TypedDict):
    member_limit: int | None
    weight: int | None


def _own(desk: Desk, member: Asker) -> Membership | None:
    """What was set for a member; somebody whom nobody has seen yet may be given a limit too."""
    try:
        memberships = desk.person(member.person).memberships
    except UnknownPerson:
        return None
    return next((one for one in memberships if one.place == member.place), None)


def _after(now: Membership | RoleAllowance | None, limit: Said | None, weight: Said | None) -> _Changes:
    """What is to be set: as given, else as it is now."""
    return {
        "member_limit": limit.value if limit else now.member_limit if now else None,
        "weight": weight.value if weight else now.weight if now else None,
    }


def _words(after: _Changes) -> str:
    limit, weight = ("none" if value is None else value for value in (after["member_limit"], after["weight"]))
    return f"limit {limit}, weight {weight}"


def _check_given(limit: Said | None, weight: Said | None) -> None:
    if limit is None and weight is None:
        raise click.UsageError("say what to set: --limit, --weight or both")
