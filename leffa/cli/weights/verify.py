"""`leffa weights verify`: is everything as it was recorded?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from leffa.cli.command import FAILED, Command
from leffa.cli.files import writing
from leffa.cli.options import json_option, progress_option, quiet_option
from leffa.cli.progress import Progress
from leffa.cli.weights.options import folder_argument

EPILOG = """\b
Examples:
  leffa weights verify
  leffa weights verify /data/leffa --json
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Compare every file with its checksum.")
@folder_argument
@json_option
@quiet_option
@progress_option
@click.pass_context
def verify(ctx: click.Context, folder: Path, as_json: bool, quiet: bool, progress: bool | None) -> None:
    """Read every file that was fetched or converted, and compare it with the manifest of FOLDER.

    Exit code 1 if a file is missing or changed; files that the manifest does not know are only named.
    `leffa weights pull` repairs what it fetched.
    """
    from leffa.weights import manifest

    with Progress(False if quiet else progress, quiet=quiet) as bar, writing(folder):
        verdict = manifest.verify(folder, bar)
    if as_json:
        report = {"folder": str(folder), "good": verdict.good, "missing": verdict.missing}
        click.echo(json.dumps(report | {"changed": verdict.changed, "extra": verdict.extra}))
    else:
        for kind in ("missing", "changed", "extra"):
            for path in getattr(verdict, kind):
                click.echo(f"{kind:<8} {path}")
        if not quiet:
            wrong = len(verdict.missing) + len(verdict.changed)
            click.echo(f"{folder}: {len(verdict.good)} files as recorded, {wrong} not")
    if not verdict.is_good:
        ctx.exit(FAILED)
