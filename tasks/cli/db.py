"""`giydir db`: the database's tables, brought to a revision and back, and its backup."""

from __future__ import annotations

from pathlib import Path

import click

from tasks.cli.command import FAILED, Command
from tasks.cli.opened import open_database, read_settings
from tasks.cli.options import json_option, yes_option
from tasks.cli.output import say
from tasks.errors import DatabaseUnavailable, OptionInvalid

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(
    short_help="Make, upgrade, check and back up the database.",
    epilog="""\b
Examples:
  giydir db upgrade            make the tables, or bring them to the newest revision
  giydir db check              which revision is there, and is it the newest
  giydir db backup today.db    a copy, while everything goes on (SQLite)
""",
)
def db() -> None:
    """Make, upgrade, check and back up the database that GIYDIR_DATABASE_URL names."""


@db.command(
    cls=Command,
    short_help="Bring the tables to the newest revision.",
    epilog="""\b
Examples:
  giydir db upgrade
  giydir db upgrade 0002
""",
)
@click.argument("revision", default="head")
@json_option
def upgrade(revision: str, as_json: bool) -> None:
    """Bring the tables to REVISION, the newest by default: all of it, or nothing.

    Two processes may do so at once; the second finds it done.
    """
    from tasks.db.revisions import current_revision
    from tasks.db.schema import upgrade as upgrade_to
    from tasks.db.sqlite import file_of

    settings = read_settings()
    file = file_of(settings.database_url.get_secret_value())
    if file is not None:
        _make_folder(file.parent)
    with open_database(settings) as engine:
        before = current_revision(engine)
        _check_known(before)
        upgrade_to(engine, _known(revision))
        after = current_revision(engine)
    changed = f"from {before or 'nothing'} to {after}" if before != after else f"at {after} already"
    say(as_json, {"before": before, "after": after}, [f"the database is {changed}"])


@db.command(
    cls=Command,
    short_help="Go back to an older revision.",
    epilog="""\b
Examples:
  giydir db downgrade 0001
  giydir db downgrade base --yes     no tables at all
""",
)
@click.argument("revision")
@yes_option
@json_option
def downgrade(revision: str, yes: bool, as_json: bool) -> None:
    """Go back to REVISION, or with `base` to no tables at all. What only newer tables hold is lost."""
    from tasks.db.revisions import current_revision
    from tasks.db.schema import downgrade as downgrade_to

    revision = _known(revision)
    if not yes:
        click.confirm(
            f"What only revisions newer than {revision} hold will be lost. Go back?", abort=True, err=True
        )
    with open_database(read_settings()) as engine:
        before = current_revision(engine)
        _check_known(before)
        downgrade_to(engine, revision)
        after = current_revision(engine)
    lines = [f"the database is from {before or 'nothing'} to {after or 'nothing'}"]
    say(as_json, {"before": before, "after": after}, lines)


@db.command(
    cls=Command,
    short_help="Which revision is there, and is it the newest?",
    epilog="""\b
Examples:
  giydir db check
  giydir db check --json
""",
)
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Say which revision the database is at. Exit code 1 if that is not the newest."""
    from tasks.db.revisions import current_revision, newest_revision
    from tasks.db.sqlite import file_of

    settings = read_settings()
    file = file_of(settings.database_url.get_secret_value())
    there = None
    if file is None or file.exists():
        with open_database(settings) as engine:
            there = current_revision(engine)
    newest = newest_revision()
    verdict = "the newest" if there == newest else f"the newest is {newest}: giydir db upgrade"
    lines = [f"the database is at revision {there or 'none'}, {verdict}"]
    say(as_json, {"revision": there, "newest": newest, "is_newest": there == newest}, lines)
    if there != newest:
        ctx.exit(FAILED)


@db.command(
    cls=Command,
    short_help="Copy the database while it is in use (SQLite).",
    epilog="""\b
Examples:
  giydir db backup backups/monday.db
  pg_dump --format=custom --file=monday.dump DATABASE      for PostgreSQL
""",
)
@click.argument("file", type=FILE)
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Copy the database to FILE, which must not be there yet; nobody has to stop meanwhile.

    For SQLite, by its own online backup. PostgreSQL has pg_dump for it. The pictures are not in it, and
    neither is GIYDIR_SECRET_KEY.
    """
    from tasks.db.sqlite import backup as copy
    from tasks.db.sqlite import file_of

    source = file_of(read_settings().database_url.get_secret_value())
    if source is None:
        raise OptionInvalid(
            f"this database is no SQLite file; for PostgreSQL: pg_dump --format=custom --file={file} DATABASE"
        )
    copy(source, file)
    size = file.stat().st_size
    say(as_json, {"file": str(file), "bytes": size}, [f"{file}: {size / 1e6:.1f} MB"])


@db.command(
    cls=Command,
    short_help="Start a new revision (for developers).",
    epilog="""\b
Example:
  giydir db revision "members have a colour"
""",
)
@click.argument("message")
@json_option
def revision(message: str, as_json: bool) -> None:
    """Write a new revision with what the tables in the code have and the newest revision has not.

    For developers, in a checkout of the source; the operator's database is not looked at. Read it before use.
    """
    from tempfile import TemporaryDirectory

    from tasks.db.engine import open_engine
    from tasks.db.schema import start_revision
    from tasks.db.schema import upgrade as upgrade_to

    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.db")
        upgrade_to(engine)
        path = start_revision(engine, message)
        engine.dispose()
    say(as_json, {"file": str(path)}, [f"{path}: read it before you use it"])


def _known(revision: str) -> str:
    from tasks.db.revisions import known_revisions

    known = known_revisions()
    if revision not in ("base", "head", *known):
        raise OptionInvalid(f"there is no revision {revision!r}; there are base, {', '.join(known)}, head")
    return revision


def _check_known(there: str | None) -> None:
    from tasks.db.revisions import known_revisions

    if there is not None and there not in known_revisions():
        raise DatabaseUnavailable(
            f"the database is at revision {there}, which this version does not know: install a newer version"
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionInvalid(f"cannot make {folder}: {error.strerror}") from error
