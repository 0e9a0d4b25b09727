"""`leffa bench`: what a picture costs, the published way and ours."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leffa.cli.command import Command
from leffa.cli.files import make_folder, writing
from leffa.cli.options import FILE, device_option, json_option

if TYPE_CHECKING:
    from leffa.bench.timing import TimingReport

EPILOG = """\b
Examples:
  leffa bench --flops                count operations at full size: seconds, no weights
  leffa bench                        and time the mini model, both ways in one process
  leffa bench --full                 and time the full model on a GPU, in all variants
  leffa bench --write docs/bench.md  write the page as well
"""


@click.command(cls=Command, epilog=EPILOG, short_help="Count and time the published way and ours.")
@click.option("--flops", is_flag=True, help="Only count operations, measure no time.")
@click.option("--full", is_flag=True, help="Time the published model's full size (GPU, random weights).")
@device_option
@click.option("--write", "page", type=FILE, help="Also write everything to this Markdown file.")
@json_option
def bench(flops: bool, full: bool, device: str, page: Path | None, as_json: bool) -> None:
    """Count and time one picture, the published way and ours.

    Operations are counted at 1024x768, 30 steps, for try-on and pose transfer. Time and memory are
    measured with random weights: they do not depend on what the weights know.
    """
    if flops and full:
        raise click.UsageError("--flops measures no time and --full does: choose one")
    from leffa.bench.flops import count
    from leffa.bench.report import render_flops, render_page, render_timing

    timings = [] if flops else _time(full, device)
    counts = [count("viton_hd"), count("deep_fashion")]
    if page:
        make_folder(page.parent)
        with writing(page):
            page.write_text(render_page(counts, timings), encoding="utf-8")
    if as_json:
        report = {"flops": [asdict(one) for one in counts], "timings": [asdict(one) for one in timings]}
        click.echo(json.dumps(report, default=str))
    else:
        click.echo("\n\n".join([*map(render_flops, counts), *map(render_timing, timings)]))


def _time(full: bool, device: str) -> list[TimingReport]:
    from leffa.bench.timing import compare, compare_variants, full_size, mini_size
    from leffa.cli.device import choose_device

    if full:
        return compare_variants(full_size("cuda" if device == "auto" else str(choose_device(device))))
    return [compare(mini_size(str(choose_device(device))))]
