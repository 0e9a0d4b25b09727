"""What the subcommands of `leffa weights` have in common."""

from __future__ import annotations

import os
from pathlib import Path

import click

from leffa.cli.options import FOLDER, MODELS

DEFAULT = Path("weights")
MINI = "mini"


def _folder(_ctx: click.Context, _param: click.Parameter, value: Path | None) -> Path:
    """FOLDER as given, else of the environment; the mini model is no folder to put anything into."""
    setting = os.environ.get("GIYDIR_WEIGHTS", MINI)
    return value or (DEFAULT if setting in ("", MINI) else Path(setting))


folder_argument = click.argument("folder", type=FOLDER, required=False, callback=_folder)
models_option = click.option(
    "--model",
    "models",
    type=click.Choice(MODELS),
    multiple=True,
    help="For this model; may be given several times [default: all].",
)
