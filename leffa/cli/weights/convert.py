"""`leffa weights convert`: smaller files that load faster."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leffa.cli.command import Command
from leffa.cli.files import writing
from leffa.cli.options import DTYPES, MODELS, json_option, progress_option, quiet_option
from leffa.cli.progress import Progress
from leffa.cli.weights.options import folder_argument, models_option

if TYPE_CHECKING:
    from leffa.control import ModelName

EPILOG = """\b
Examples:
  leffa weights convert
  leffa weights convert --model viton_hd --remove-originals
  leffa weights convert --dtype float32 --again      without loss, for a GPU that wants it or the CPU
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Make smaller files that load faster.")
@folder_argument
@models_option
@click.option(
    "--dtype",
    type=click.Choice(DTYPES),
    default="float16",
    show_default=True,
    help="Precision of the converted files; what a picture is computed in is chosen when it is made.",
)
@click.option("--remove-originals", is_flag=True, help="Delete each published file once it is converted.")
@click.option("--again", is_flag=True, help="Also convert what was converted before.")
@json_option
@quiet_option
@progress_option
def convert(
    folder: Path,
    models: tuple[ModelName, ...],
    dtype: str,
    remove_originals: bool,
    again: bool,
    as_json: bool,
    quiet: bool,
    progress: bool | None,
) -> None:
    """Write what FOLDER has as .safetensors, in half precision, without weights that nothing reads.

    Converted files are taken before the published ones. Nothing in a published file is executed. One
    weight at a time is in memory; on disk there is room for both needed.
    """
    with Progress(False if quiet else progress, quiet=quiet) as bar, writing(folder):
        bar.stage("starting PyTorch")
        import torch

        from leffa.weights.convert import convert as write
        from leffa.weights.files import in_units

        done = write(
            folder,
            models or MODELS,
            dtype=getattr(torch, dtype),
            remove_originals=remove_originals,
            again=again,
            watch=bar,
        )
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "files": [asdict(one) for one in done]}))
    elif not quiet:
        for one in done:
            if one.made:
                origin = f"made of {one.original} ({in_units(one.original_size or 0)})"
            else:
                origin = "was there already (--again makes it anew)"
            click.echo(f"{one.path}: {in_units(one.size)}, {origin}")
