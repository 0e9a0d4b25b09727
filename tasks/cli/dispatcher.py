"""`giydir dispatcher`: rings for work, looks after workers, clears up."""

from __future__ import annotations

import click

from tasks.cli.command import Command
from tasks.cli.opened import read_settings


@click.command(
    cls=Command,
    short_help="Ring for work, look for lost workers, clear up.",
    epilog="""\b
Example:
  giydir dispatcher
""",
)
def dispatcher() -> None:
    """Pass on what waits in the database: bells for workers, events for front ends. Take jobs from workers
    that fell silent; delete pictures whose time is over. Until SIGTERM.

    One is enough, several do no harm.
    """
    from tasks.dispatcher.process import run_dispatcher

    run_dispatcher(read_settings())
