"""`giydir people`: what is kept about a person, and forgetting them."""

from __future__ import annotations

import click

from tasks.cli.command import Command
from tasks.cli.names import name_of
from tasks.cli.opened import open_desk, read_settings
from tasks.cli.options import json_option, person_argument, yes_option
from tasks.cli.output import moment, say, table
from tasks.records import Person


@click.group(
    short_help="What is kept about a person; forget them.",
    epilog="""\b
Examples:
  giydir people show discord:1234
  giydir people forget discord:1234
""",
)
def people() -> None:
    """What is kept about a person, and forgetting them on every platform."""


@people.command(
    cls=Command,
    short_help="What is kept about a person.",
    epilog="""\b
Examples:
  giydir people show discord:1234
  giydir people show discord:1234 --json
""",
)
@person_argument
@json_option
def show(person: Person, as_json: bool) -> None:
    """Show a person's names, communities and consents, and how much is kept about them."""
    with open_desk() as desk:
        known = desk.person(person)
    rows: list[tuple[str, object]] = [
        ("names", ", ".join(map(name_of, known.names))),
        ("since", moment(known.since)),
        ("language", known.locale),
        ("agreed to", ", ".join(known.consents) or None),
        *(("member of", name_of(one.place)) for one in known.memberships),
        *(("kept", f"{count} {table_name}") for table_name, count in known.rows.items()),
    ]
    say(as_json, known, table(rows))


@people.command(
    cls=Command,
    short_help="Forget a person everywhere.",
    epilog="""\b
Examples:
  giydir people forget discord:1234
  giydir people forget discord:1234 --yes --json
""",
)
@person_argument
@yes_option
@json_option
def forget(person: Person, yes: bool, as_json: bool) -> None:
    """Delete a person's rows and pictures, on every platform; this cannot be undone.

    Sums in the ledger stay, without a name. A ban in force stays too, and finds them if they come back.
    """
    if not yes:
        click.confirm(f"Forget {name_of(person)} everywhere, for good?", abort=True, err=True)
    from tasks.keeping.forget import forget_person
    from tasks.store.store import Store

    with open_desk() as desk:
        forgotten = forget_person(desk, Store.open(read_settings()), person)
    lines = [
        f"{name_of(person)} is forgotten; deleted:",
        *(f"  {count} {name}" for name, count in forgotten.rows.items()),
    ]
    lines.append(f"  {forgotten.pictures} pictures")
    say(as_json, {"rows": forgotten.rows, "pictures": forgotten.pictures}, lines)
