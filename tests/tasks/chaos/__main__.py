"""`make chaos`: a long storm on PostgreSQL, and its report in Markdown."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.tasks.chaos.storm import Report, Storm, blow
from tests.tasks.postgresql import running_postgresql

_PAGE = """\
# A storm over the desk

Made by `make chaos` on {date}: {storm.jobs:,} requests of {storm.members} members, {storm.workers} workers
and {storm.dispatchers} dispatchers with PostgreSQL and Redis, seed {storm.seed}. It took {minutes:.0f}
minutes. Something was broken every {pause} seconds until nine in ten jobs had ended.

**{verdict}**

{broken}
| what | times |
|---|---|
{rows}

Checked of every job: what was accepted is there, and nothing else; one end state, no lease left; its two
entries in the ledger and no other; the right picture, readable by the right owner; one answer, though two
front ends delivered side by side; its person photo is gone. Of every member: never below zero. Of all:
nothing is left untold, and nobody in line.
"""


def main() -> int:
    """0 if everything held."""
    parser = argparse.ArgumentParser(prog="tests.tasks.chaos", description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, help="write the report here")
    options = parser.parse_args()
    storm = Storm(
        jobs=options.jobs,
        members=options.members,
        workers=options.workers,
        seed=options.seed,
        # Some members are to run into their limit.
        member_limit=max(1, round(1.1 * options.jobs / options.members)),
        calm_seconds=600,
        # Hundreds of deeds, and yet time to work between two of them: to start a worker takes seconds.
        pause=(1.0, 4.0),
    )
    folder = Path(tempfile.mkdtemp(prefix="giydir-"))
    try:
        with running_postgresql(folder / "postgresql") as url:
            report = blow(storm, folder, url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = written(storm, report)
    sys.stdout.write(text)
    if options.report:
        options.report.write_text(text, encoding="utf-8")
    return 1 if report.verdict.broken else 0


def written(storm: Storm, report: Report) -> str:
    """The report, for people."""
    broken = report.verdict.broken
    rows = [
        ("accepted", report.accepted),
        *((f"refused: {code}", times) for code, times in sorted(report.refused.items())),
        *((f"ended: {end}", times) for end, times in sorted(report.verdict.outcomes.items())),
        *((f"jobs of {number} attempts", times) for number, times in sorted(report.verdict.attempts.items())),
        *sorted(report.deeds.items()),
    ]
    return _PAGE.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        storm=storm,
        pause="{} to {}".format(*storm.pause),
        minutes=report.seconds / 60,
        verdict="Everything held." if not broken else f"{len(broken)} promises were broken.",
        broken="".join(f"- {line}\n" for line in broken[:50]),
        rows="\n".join(f"| {what} | {times:,} |" for what, times in rows),
    )


if __name__ == "__main__":
    sys.exit(main())
