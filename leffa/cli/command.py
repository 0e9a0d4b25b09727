"""How every subcommand ends: errors on purpose become one line and an exit code, never a traceback."""

from __future__ import annotations

import json
from typing import Any

import click

from leffa.errors import Cancelled, LeffaError

FAILED = 1
CANCELLED = 130


class Command(click.Command):
    """With `--json`, an error is the object `{"error": {"code", "message"}}` on stdout."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _report(ctx, Cancelled.code, "cancelled")
            ctx.exit(CANCELLED)
        except LeffaError as error:
            _report(ctx, error.code, str(error))
            ctx.exit(CANCELLED if isinstance(error, Cancelled) else FAILED)


def _report(ctx: click.Context, code: str, message: str) -> None:
    if ctx.params.get("as_json"):
        click.echo(json.dumps({"error": {"code": code, "message": message}}))
    else:
        click.echo(f"error: {message} [{code}]", err=True)
