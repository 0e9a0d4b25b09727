"""`giydir doctor`: is everything there that the service needs, and what to do if not.

One file per part; `parts` runs them side by side, none longer than it may.
"""

from __future__ import annotations

import click

from tasks.cli.command import FAILED, Command
from tasks.cli.options import json_option

WIDTH = 11  # of the longest level and the longest part


@click.command(
    cls=Command,
    short_help="Is everything there, and what to do if not.",
    epilog="""\b
Examples:
  giydir doctor
  giydir doctor --limit 60      where the network is slow
  giydir doctor --json
""",
)
@click.option(
    "--limit",
    type=click.FloatRange(1, 600),
    default=20,
    show_default=True,
    help="Seconds that one check may take.",
)
@json_option
@click.pass_context
def doctor(ctx: click.Context, limit: float, as_json: bool) -> None:
    """Check every setting and part: .env, database, Redis, store, key, tokens, weights, screening, GPU,
    certificate, disk, packages.

    One line a finding: ok, warning or problem, and what to do. Changes nothing, shows no secret. Exit code 1
    if there is a problem.
    """
    from tasks.cli.doctor.findings import PROBLEM
    from tasks.cli.doctor.parts import examine
    from tasks.cli.output import say

    findings = examine(limit)
    lines = []
    for one in findings:
        lines.append(f"{one.level:<{WIDTH}} {one.part:<{WIDTH}} {one.said}")
        lines += [f"{'':<{2 * WIDTH + 1}} -> {one.advice}"] if one.advice else []
    problems = [one for one in findings if one.level == PROBLEM]
    lines.append(f"{len(findings)} checked, {len(problems)} problems")
    say(as_json, {"findings": findings, "problems": len(problems)}, lines)
    if problems:
        ctx.exit(FAILED)
