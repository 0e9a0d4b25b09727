"""`giydir settings`: what is in force, without any secret; or all that there is, explained."""

from __future__ import annotations

import click

from tasks.cli.command import Command
from tasks.cli.hiding import shown
from tasks.cli.opened import read_settings
from tasks.cli.options import json_option
from tasks.cli.output import say


@click.command(
    cls=Command,
    short_help="The settings in force, or all of them explained.",
    epilog="""\b
Examples:
  giydir settings
  giydir settings --json
  giydir settings --sample > .env
""",
)
@click.option("--sample", is_flag=True, help="Print every setting with its meaning, range and default.")
@json_option
def settings(sample: bool, as_json: bool) -> None:
    """Print the settings in force, from the environment, .env and the defaults; no secret is shown.

    --sample prints a file to copy to .env: every setting with its meaning, its range and its default.
    """
    if sample:
        from config.sample import sample as text

        click.echo(text(), nl=False)
        return
    from config.settings import variables

    in_force = read_settings()
    values = {
        variable: shown(getattr(in_force, name), type(in_force).model_fields[name].default)
        for name, variable in variables().items()
    }
    say(as_json, values, (f"{variable}={value}" for variable, value in values.items()))
