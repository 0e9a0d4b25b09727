"""`giydir audit`: who did what, and undoing it."""

from __future__ import annotations

import json

import click

from tasks.cli.command import Command
from tasks.cli.names import name_of
from tasks.cli.opened import open_desk
from tasks.cli.options import community_option, json_option, page_options, reason_option
from tasks.cli.output import moment, say, say_act, table
from tasks.records import AuditRow, Place


@click.group(
    short_help="Who did what, and undoing it.",
    epilog="""\b
Examples:
  giydir audit list
  giydir audit undo 12 --reason "wrong person"
""",
)
def audit() -> None:
    """Everything that moderators and the operator did: who, when, from what to what, why; and undoing it."""


@audit.command(
    "list",
    cls=Command,
    short_help="Acts, newest first.",
    epilog="""\b
Examples:
  giydir audit list
  giydir audit list --community discord:5678 --limit 100 --json
""",
)
@community_option
@page_options
@json_option
def list_(place: Place | None, limit: int, before_id: int | None, as_json: bool) -> None:
    """List acts, newest first: number, when, who, what, to whom, from what to what, why."""
    with open_desk() as desk:
        rows = desk.audit(place.platform if place else None, place, limit, before_id)
    lines = table(
        (row.id, moment(row.at), _who(row), row.action, _about(row), _change(row), _why(row)) for row in rows
    )
    say(as_json, rows, lines or ["nothing was done yet"])


@audit.command(
    cls=Command,
    short_help="Put back what an act changed.",
    epilog="""\b
Examples:
  giydir audit undo 12
  giydir audit undo 12 --reason "wrong person" --json
""",
)
@click.argument("audit_id", type=click.IntRange(1), metavar="ACT")
@reason_option
@json_option
def undo(audit_id: int, reason: str, as_json: bool) -> None:
    """Put back what ACT changed, unless it was changed again since. An undoing can be undone too.

    A cancelled job, a removed picture and a forgotten person do not come back.
    """
    with open_desk() as desk:
        undoing = desk.undo(None, audit_id, reason)
    say_act(as_json, undoing, f"act {audit_id} is undone")


def _who(row: AuditRow) -> str:
    return "operator" if row.by_operator else name_of(row.actor, "(forgotten)")


def _about(row: AuditRow) -> str:
    """The person and the community; else the row itself, such as `queue:1`."""
    names = [name_of(one) for one in (row.subject, row.place) if one is not None]
    return " in ".join(names) or row.target


def _change(row: AuditRow) -> str:
    return " ".join(
        f"{name}={_value(row.before[name])}>{_value(value)}"
        if name in row.before
        else f"{name}={_value(value)}"
        for name, value in row.after.items()
    )


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _why(row: AuditRow) -> str:
    undone = f"(undone by {row.undone_by})" if row.undone_by else ""
    undoes = f"(undoes {row.undoes})" if row.undoes else ""
    return " ".join(filter(None, (row.reason, undoes, undone)))
