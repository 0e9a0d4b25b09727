"""`giydir bot`, and what tells `giydir up` whether to run it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from tasks.cli.command import Command
from tasks.cli.opened import open_desk, read_settings

if TYPE_CHECKING:
    from config.settings import Settings


@click.command(
    cls=Command,
    short_help="Talk to members, on every platform that there is a token for.",
    epilog="""\b
Examples:
  DISCORD_TOKEN=... giydir bot
  GIYDIR_BOT_HEALTH_PORT=9190 giydir bot
""",
)
def bot() -> None:
    """Take requests, show how they get on, bring the pictures; on every platform that there is a token for.
    Until SIGTERM. Answers that are still owed then are brought by the next one.

    One is enough: two would both edit the same messages.
    """
    from bot.process import run_bot

    settings = read_settings()
    with open_desk() as desk:
        run_bot(settings, desk)


def front_end(settings: Settings) -> Sequence[str] | None:
    """The command for `giydir up`, if any platform has a token."""
    from bot.process import has_token

    return ["bot"] if has_token(settings) else None
