"""`giydir healthcheck`: whether a process of the service is well."""

from __future__ import annotations

import click

from tasks.cli.command import Command


@click.command(
    cls=Command,
    short_help="Ask a process whether it is well.",
    epilog="""\b
Examples:
  giydir healthcheck 9180                              the dispatcher here: can it work?
  giydir healthcheck http://127.0.0.1:9181/healthz     does a worker answer at all?
""",
)
@click.argument("target")
@click.pass_context
def healthcheck(ctx: click.Context, target: str) -> None:
    """Ask TARGET, a port of this machine or an http address, and exit with 0 if it is well, else with 1.

    For containers, which have no curl. A port is asked for /readyz.
    """
    from tasks.health.probe import probe

    well, answer = probe(target)
    click.echo(answer)
    ctx.exit(0 if well else 1)
