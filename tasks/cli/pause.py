"""`giydir pause`: no job starts, everywhere or in one community."""

from __future__ import annotations

import click

from tasks.cli.command import Command
from tasks.cli.names import name_of
from tasks.cli.opened import open_desk
from tasks.cli.options import community_option, json_option, reason_option
from tasks.cli.output import moment, say, say_act
from tasks.records import Place


@click.command(
    cls=Command,
    short_help="Pause the queue, everywhere or in a community.",
    epilog="""\b
Examples:
  giydir pause                          what is paused, what waits, what runs
  giydir pause on --reason "new GPU"    everywhere: jobs are accepted, and wait
  giydir pause off
  giydir pause on --community discord:5678 --reason raid
""",
)
@click.argument("what", type=click.Choice(["on", "off", "status"]), default="status")
@community_option
@reason_option
@json_option
def pause(what: str, place: Place | None, reason: str, as_json: bool) -> None:
    """Pause (`on`), go on (`off`), or show how the queue is doing (`status`, the default).

    Everywhere, requests are still accepted, and wait. A paused community's requests are refused. What runs
    goes on in both cases.
    """
    if what == "status":
        _status(place, as_json)
        return
    with open_desk() as desk:
        if place is None:
            audit_id = desk.pause_all(None, reason) if what == "on" else desk.resume_all(None, reason)
        elif what == "on":
            audit_id = desk.pause(None, place, reason)
        else:
            audit_id = desk.resume(None, place, reason)
    state = "is paused" if what == "on" else "goes on"
    say_act(as_json, audit_id, f"{_name(place)} {state}")


def _status(place: Place | None, as_json: bool) -> None:
    with open_desk() as desk:
        status = desk.queue()
    if place is not None:
        paused = place in status.paused_places
        lines = [f"{_name(place)} {'is paused' if paused else 'is not paused'}"]
        say(as_json, {"community": place, "paused": paused}, lines)
        return
    lines = [
        f"the queue {'is paused' if status.paused else 'is not paused'}",
        f"queued       {status.queued}, the oldest since {moment(status.oldest)}",
        f"running      {status.running} on {status.workers} workers",
        f"undelivered  {status.undelivered}",
        *(f"paused       {name_of(one)}" for one in status.paused_places),
    ]
    say(as_json, status, lines)


def _name(place: Place | None) -> str:
    return "the queue" if place is None else name_of(place)
