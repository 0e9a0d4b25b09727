"""`giydir people`: what is kept about a person, handing it out, and forgetting them."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tasks.cli.command import Command
from tasks.cli.names import name_of
from tasks.cli.opened import open_desk, read_settings
from tasks.cli.options import json_option, person_argument, yes_option
from tasks.cli.output import moment, say, table
from tasks.records import Person


@click.group(
    short_help="What is kept about a person; hand it out; forget them.",
    epilog="""\b
Examples:
  giydir people show discord:1234
  giydir people export discord:1234 -o ada.zip
  giydir people forget discord:1234
""",
)
def people() -> None:
    """What is kept about a person, handing it out, and forgetting them on every platform."""


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
    short_help="Write everything about a person into a ZIP.",
    epilog="""\b
Examples:
  giydir people export discord:1234 -o ada.zip
""",
)
@person_argument
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The ZIP to write. It must not be there yet, and only you can read it.",
)
@json_option
def export(person: Person, out: Path, as_json: bool) -> None:
    """Write rows and pictures of a person into a ZIP, to be handed to nobody else."""
    from tasks.keeping.export import export_person
    from tasks.store.store import Store

    with open_desk() as desk:
        desk.person(person)
        try:
            descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise click.BadParameter(f"{out}: {error.strerror}", param_hint="--out") from None
        with open(descriptor, "wb") as file:
            exported = export_person(desk, Store.open(read_settings()), person, file)
    lines = [f"{out}: {exported.pictures} pictures, and data.json with everything else"]
    if exported.unreadable:
        lines.append(f"{exported.unreadable} pictures cannot be read; data.json says why")
    say(as_json, {"pictures": exported.pictures, "unreadable": exported.unreadable}, lines)


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
