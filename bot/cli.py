"""`giydir bot` and `giydir web`, and what tells `giydir up` whether to run them."""

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


@click.command(
    cls=Command,
    short_help="Serve the web page.",
    epilog="""\b
Examples:
  giydir web                                            on http://127.0.0.1:7860, for this machine only
  GIYDIR_WEB_HOST=0.0.0.0 GIYDIR_WEB_PASSWORD=... giydir web
  GIYDIR_WEB_URL=https://example.org/giydir giydir web  behind a reverse proxy
""",
)
def web() -> None:
    """Serve the page on which people try clothes on in a browser, and programs by gradio_client.

    Until SIGTERM. It makes no pictures itself: a dispatcher and a worker must run, as in `giydir up`.
    """
    from bot.web.process import run_web

    settings = read_settings()
    with open_desk() as desk:
        run_web(settings, desk)


def web_front_end(settings: Settings) -> Sequence[str] | None:
    """The command for `giydir up`, if Gradio is installed and the page is not off."""
    from importlib.util import find_spec

    return ["web"] if settings.web_port and find_spec("gradio") is not None else None
