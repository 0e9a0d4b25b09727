"""`giydir bench`: what the service's parts cost on this machine."""

from __future__ import annotations

import click

from tasks.cli.command import Command


@click.group(
    short_help="Measure what the service costs.",
    epilog="""\b
Example:
  giydir bench desk
""",
)
def bench() -> None:
    """Measure what the service's parts cost on this machine."""


@bench.command(
    cls=Command,
    short_help="Submits and claims, beside a bare INSERT.",
    epilog="""\b
Examples:
  giydir bench desk                                   SQLite, in a temporary folder
  giydir bench desk --url postgresql://host/empty     an empty database there, which is filled
""",
)
@click.option("--url", help="An empty PostgreSQL database [default: SQLite in a temporary folder].")
@click.option("--times", default=300, show_default=True, help="Transactions in each measurement.")
@click.option("--members", default=1000, show_default=True, help="Members who queue the jobs.")
@click.option("--few", default=10, show_default=True, help="Queued jobs in the short queue.")
@click.option("--many", default=10_000, show_default=True, help="Queued jobs in the long one.")
def desk(url: str | None, times: int, members: int, few: int, many: int) -> None:
    """Measure submits and claims in a short and a long queue, and how soon steps and bells are heard; print a
    table in Markdown.

    Beside them a bare INSERT transaction of the same driver, as durable as ours, and a PING of Redis.
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from tasks.bench.desk import measure

    with TemporaryDirectory() as folder:
        where = url or f"sqlite:///{Path(folder) / 'desk.db'}"
        rows = measure(where, times=times, members=members, few=few, many=many)
    click.echo("\n".join(rows))
