"""`leffa weights pull`: fetch what a model needs."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from leffa.cli.command import Command
from leffa.cli.files import writing
from leffa.cli.invocation import command_line
from leffa.cli.options import MODELS, json_option, progress_option, quiet_option
from leffa.cli.progress import Progress
from leffa.cli.weights.options import folder_argument
from leffa.errors import Cancelled, LicenceNotAccepted

if TYPE_CHECKING:
    from leffa.control import ModelName
    from leffa.weights.licences import Licence

WIDTH = 100
EPILOG = """\b
Examples:
  leffa weights pull --model viton_hd
  leffa weights pull --model viton_hd --model deep_fashion /data/leffa
  leffa weights pull --model dress_code --accept-licence --quiet      in a script
  leffa weights pull --model viton_hd --endpoint https://mirror.example
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Fetch what a model needs.")
@folder_argument
@click.option(
    "--model",
    "models",
    type=click.Choice(MODELS),
    multiple=True,
    required=True,
    help="viton_hd or dress_code: try-on, 8.2 GB, 1 GB of it shared; deep_fashion: pose transfer, 21 GB. "
    "May be given several times.",
)
@click.option(
    "--parsing",
    type=click.Choice(["onnx", "torch"]),
    default="onnx",
    show_default=True,
    help="Which files of the parsing networks: the ones the published demo reads, or the original ones.",
)
@click.option(
    "--accept-licence",
    is_flag=True,
    help="Accept the terms of use without being asked, for scripts; `leffa weights list` names them.",
)
@click.option("--revision", help="A commit, tag or branch of the repository [default: main, as it is now].")
@click.option(
    "--endpoint", metavar="URL", help="A mirror of the hub [default: HF_ENDPOINT or huggingface.co]."
)
@json_option
@quiet_option
@progress_option
def pull(
    folder: Path,
    models: tuple[ModelName, ...],
    parsing: Literal["onnx", "torch"],
    accept_licence: bool,
    revision: str | None,
    endpoint: str | None,
    as_json: bool,
    quiet: bool,
    progress: bool | None,
) -> None:
    """Fetch what --model needs and FOLDER does not have yet, and check every byte of it.

    What is interrupted goes on where it stopped when the command is run again; a file that was damaged
    since is fetched again. The terms of use are asked for once and recorded in FOLDER.
    """
    with Progress(False if quiet else progress, quiet=quiet) as bar, writing(folder):
        from leffa.weights.layout import REVISION, parts_for
        from leffa.weights.licences import accept, not_accepted
        from leffa.weights.pull import pull as fetch

        if terms := not_accepted(folder, parts_for(models, parsing)):
            _ask(terms, accept_licence, show=not quiet)
            accept(folder, terms)
        bar.stage("asking the repository")
        try:
            done = fetch(
                folder,
                models,
                parsing=parsing,
                revision=revision or REVISION,
                endpoint=endpoint,
                watch=bar,
            )
        except KeyboardInterrupt as error:
            raise Cancelled("stopped; the same command goes on from here") from error
    if as_json:
        report = {"folder": str(folder), "commit": done.commit, "fetched": done.fetched}
        click.echo(json.dumps(report | {"present": done.present, "bytes": done.size}))
    elif not quiet:
        click.echo(_summary(folder, done.commit, len(done.fetched), len(done.present), done.size))


def _ask(terms: Sequence[Licence], accepted: bool, *, show: bool) -> None:
    """Show the terms and ask. Raises `LicenceNotAccepted` for a no, or where nobody can be asked."""
    if show or not accepted:
        click.echo("These weights are not free for every use:\n", err=True)
        for one in terms:
            text = f"{one.title}: {one.name}. {one.text}"
            click.echo(textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="    "), err=True)
            click.echo("".join(f"    {link}\n" for link in one.links), err=True)
    if accepted:
        return
    if not sys.stdin.isatty():
        raise LicenceNotAccepted(
            "nothing was fetched: the terms of use have to be accepted: --accept-licence"
        )
    try:
        answer = click.confirm("Do you accept these terms?", err=True)
    except click.Abort:
        answer = False
    if not answer:
        raise LicenceNotAccepted("nothing was fetched: the terms of use were not accepted")


def _summary(folder: Path, commit: str | None, fetched: int, present: int, size: int) -> str:
    from leffa.weights.files import in_units

    if commit is None:
        return f"{folder}: all {present} files are there; the repository could not be asked about newer ones"
    lines = [f"{folder}: {fetched} files fetched ({in_units(size)}), {present} were there; commit {commit}"]
    if fetched:
        lines.append(f"Half the size and quicker to load: {command_line('weights', 'convert', folder)}")
    return "\n".join(lines)
