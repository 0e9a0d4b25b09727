"""The operator's command `giydir`, one file per subcommand.

No help text waits for the database or Celery: what does the work is imported when it is called.
"""

from __future__ import annotations

import click

from tasks.cli.group import Commands

EPILOG = """\b
Start here:
  giydir up                                  everything on this machine, until Ctrl-C
  giydir doctor                              is everything there, and what to do if not
  giydir db upgrade                          make the database, or bring it to the newest revision
  giydir settings --sample                   all settings, with what they mean

\b
People are written PLATFORM:ID, communities too, a member of one PLATFORM:COMMUNITY:USER.
Exit codes: 0 done, 1 error (one line on stderr), 2 wrong usage, 130 cancelled.
"""

# Where each command is; it is imported when it is called, or listed.
COMMANDS = {
    "up": "tasks.cli.up:up",
    "worker": "tasks.cli.worker:worker",
    "dispatcher": "tasks.cli.dispatcher:dispatcher",
    "doctor": "tasks.cli.doctor:doctor",
    "healthcheck": "tasks.cli.healthcheck:healthcheck",
    "settings": "tasks.cli.settings:settings",
    "db": "tasks.cli.db:db",
    "quota": "tasks.cli.quota:quota",
    "ban": "tasks.cli.ban:ban",
    "block": "tasks.cli.block:block",
    "jobs": "tasks.cli.jobs:jobs",
    "pause": "tasks.cli.pause:pause",
    "community": "tasks.cli.community:community",
    "people": "tasks.cli.people:people",
    "audit": "tasks.cli.audit:audit",
    "bench": "tasks.cli.bench:bench",
}


@click.group(
    cls=Commands,
    homes=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
@click.version_option(package_name="ai-giydir", prog_name="giydir", message="%(prog)s %(version)s")
def main() -> None:
    """Run and look after AI-Giydir: its database, quotas, bans, jobs, and what moderators did.

    Every act is written into the audit, with who, when, what was before, what is now, and why; it says how
    to undo it. Settings come from the environment and from .env.
    """
