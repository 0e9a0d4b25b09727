"""How every subcommand ends: errors on purpose become one line and an exit code, never a traceback."""

from __future__ import annotations

import json
from typing import Any

import click

from tasks.errors import DeskError

FAILED = 1
CANCELLED = 130


class Command(click.Command):
    """With `--json`, an error is the object `{"error": {"code", "message"}}` on stdout."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            report_error(ctx, "cancelled", "cancelled")
            ctx.exit(CANCELLED)
        except DeskError as error:
            report_error(ctx, error.code, str(error))
            ctx.exit(FAILED)


def report_error(ctx: click.Context, code: str, message: str) -> None:
    """One error, as the command was asked to print."""
    if ctx.params.get("as_json"):
        click.echo(json.dumps({"error": {"code": code, "message": message}}))
    else:
        click.echo(f"error: {message} [{code}]", err=True)
