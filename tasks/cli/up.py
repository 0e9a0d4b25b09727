"""`giydir up`: the whole service on this machine."""

from __future__ import annotations

import click

from tasks.cli.command import Command, report_error
from tasks.cli.opened import read_settings


@click.command(
    cls=Command,
    short_help="Start everything here: Redis, database, workers, front ends.",
    epilog="""\b
Examples:
  giydir up
  giydir up --open                          and show the web page in a browser
  GIYDIR_WEIGHTS=weights giydir up          with the published weights in ./weights
  GIYDIR_DATABASE_URL=postgresql://... giydir up --workers 2
""",
)
@click.option(
    "--workers", type=click.IntRange(0, 64), default=1, show_default=True, help="Workers to start here."
)
@click.option(
    "--open", "show_page", is_flag=True, help="Open the web page in a browser, if a screen is there."
)
@click.pass_context
def up(ctx: click.Context, workers: int, show_page: bool) -> None:
    """Start all that the service needs, keep it going, and stop it cleanly on Ctrl-C.

    Nothing has to be installed: it starts a Redis of its own on a private socket and keeps a SQLite database
    and encrypted pictures under var/. Parts that settings name (GIYDIR_DATABASE_URL, GIYDIR_REDIS_URL,
    GIYDIR_STORE_URL) are used instead. The first time, a secret key is made and written to .env. The web page
    runs too where it is installed, on GIYDIR_WEB_PORT or the next free port, unless that is 0; so do the bots
    that have a token.
    """
    from tasks.stack.supervisor import NotReady
    from tasks.stack.up import run_up

    try:
        run_up(read_settings(), workers=workers, show_page=show_page, say=click.echo)
    except NotReady as error:
        report_error(ctx, "not_ready", str(error))
        ctx.exit(1)
