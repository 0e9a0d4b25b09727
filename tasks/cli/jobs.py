"""`giydir jobs`: anybody's jobs, looked at, cancelled, and their pictures taken back."""

from __future__ import annotations

import click

from tasks.cli.command import Command
from tasks.cli.names import PERSON, name_of
from tasks.cli.opened import open_desk, read_settings
from tasks.cli.options import community_option, json_option, page_options, reason_option
from tasks.cli.output import say, say_act, table
from tasks.records import JobState, Person, Place

job_argument = click.argument("job_id", type=click.IntRange(1), metavar="JOB")


@click.group(
    short_help="Look at jobs, cancel them, take pictures back.",
    epilog="""\b
Examples:
  giydir jobs list --state queued
  giydir jobs show 7
  giydir jobs cancel 7 --reason "stuck"
  giydir jobs remove 7 --reason "not their own photo"
""",
)
def jobs() -> None:
    """Look at anybody's jobs, cancel what goes on, and take pictures back."""


@jobs.command(
    "list",
    cls=Command,
    short_help="Jobs, newest first.",
    epilog="""\b
Examples:
  giydir jobs list --state running
  giydir jobs list --community discord:5678 --person discord:1234 --limit 5 --json
""",
)
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only in this state.")
@community_option
@click.option("--person", type=PERSON, help="Only this person's.")
@page_options
@json_option
def list_(
    state: str | None,
    place: Place | None,
    person: Person | None,
    limit: int,
    before_id: int | None,
    as_json: bool,
) -> None:
    """List jobs, newest first; each filter narrows. People are named, pictures are not shown."""
    wanted = None if state is None else JobState(state)
    with open_desk() as desk:
        found = desk.jobs(state=wanted, place=place, person=person, limit=limit, before_id=before_id)
    rows = [
        (
            job.id,
            job.state,
            f"{job.step}/{job.request.steps}",
            name_of(job.asker),
            job.request.model,
            job.submitted_at,
            job.error_code or "",
        )
        for job in found
    ]
    say(as_json, found, table(rows) if rows else ["no jobs"])


@jobs.command(
    cls=Command,
    short_help="One job, and when it will be done.",
    epilog="""\b
Examples:
  giydir jobs show 7
  giydir jobs show 7 --json
""",
)
@job_argument
@json_option
def show(job_id: int, as_json: bool) -> None:
    """Show everything about JOB, and its place in the queue."""
    with open_desk() as desk:
        job, estimate = desk.job(job_id), desk.estimate(job_id)
    seconds = "not known" if estimate.seconds is None else f"{estimate.seconds:.0f} s"
    rows: list[tuple[str, object]] = [
        ("job", job.id),
        ("member", name_of(job.asker)),
        ("state", f"{job.state}, attempt {job.attempt}, step {job.step} of {job.request.steps}"),
        ("wants", " ".join(filter(None, (job.request.control, job.request.model, job.request.garment_type)))),
        ("asked", job.submitted_at),
        ("started", job.started_at),
        ("ended", job.ended_at),
        ("delivered", job.delivered_at),
        ("error", job.error_code),
        ("ahead", f"{estimate.position} jobs, picture in {seconds}"),
    ]
    shown = rows if job.ended_at is None else rows[:-1]
    say(as_json, {"job": job, "estimate": estimate}, table(shown))


@jobs.command(
    cls=Command,
    short_help="Cancel a job that goes on.",
    epilog="""\b
Example:
  giydir jobs cancel 7 --reason "the worker is stuck"
""",
)
@job_argument
@reason_option
@json_option
def cancel(job_id: int, reason: str, as_json: bool) -> None:
    """Cancel JOB, free. A queued one ends at once, a running one at its next step."""
    with open_desk() as desk:
        audit_id = desk.cancel_job(None, job_id, reason)
        state = desk.job(job_id).state
    what = "is cancelled" if state is JobState.CANCELLED else "is asked to stop"
    say_act(as_json, audit_id, f"job {job_id} {what}", undo=False)


@jobs.command(
    cls=Command,
    short_help="Take a job, or its picture, away.",
    epilog="""\b
Example:
  giydir jobs remove 7 --reason "not their own photo"
""",
)
@job_argument
@reason_option
@json_option
def remove(job_id: int, reason: str, as_json: bool) -> None:
    """Cancel JOB if it goes on; delete its picture if it has made one. It still costs what it did."""
    from tasks.store.store import Store

    settings = read_settings()
    with open_desk() as desk:
        key = desk.remove_job(None, job_id, reason)
        (act,) = desk.audit(None, limit=1, target=f"job:{job_id}")
    if key is not None:
        Store.open(settings).delete(key)
    what = "is cancelled" if act.action == "cancel" else "is removed" if key else "had no picture"
    say_act(as_json, act.id, f"job {job_id} {what}", undo=False)
