"""`giydir worker`: makes pictures."""

from __future__ import annotations

import os

import click

from tasks.cli.command import Command
from tasks.cli.opened import read_settings


@click.command(
    cls=Command,
    short_help="Make pictures, on one GPU or the CPU.",
    epilog="""\b
Examples:
  giydir worker
  GIYDIR_DEVICE=cuda:1 giydir worker --name gpu-1
""",
)
@click.option("--name", help="What it is called in jobs and logs [default: host and process].")
@click.pass_context
def worker(ctx: click.Context, name: str | None) -> None:
    """Hear bells, take the fairest job, make its picture; until SIGTERM, which finishes or puts back the job
    in hand.

    In production (GIYDIR_PRODUCTION) it does not start without a classifier of pictures.

    One worker for each GPU. Workers on many machines share one queue: they need the same database, Redis,
    store and secret key.
    """
    # As the command `leffa` does: threads that spin while they wait for each other make a picture several
    # times slower on a busy machine. It must be so before PyTorch is loaded, in the child.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

    from tasks.screening.classifier import check_there
    from tasks.worker.process import run_worker
    from tasks.worker.truthful import Truthful

    settings = read_settings()
    check_there(settings)
    ctx.exit(run_worker(settings, Truthful.open, name))
