"""`giydir block`: pictures that nobody may use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tasks.cli.command import Command
from tasks.cli.names import name_of
from tasks.cli.opened import open_desk, read_settings
from tasks.cli.options import community_option, json_option, page_options, reason_option
from tasks.cli.output import moment, say, say_act, table
from tasks.errors import PictureMissing, PictureUnreadable, SettingMissing
from tasks.records import Place

if TYPE_CHECKING:
    from config.settings import Settings
    from tasks.desk import Desk

_PHOTOS = ("source", "reference", "result")


@click.group(
    short_help="Pictures that nobody may use.",
    epilog="""\b
Examples:
  giydir block add photo.jpg --reason "a celebrity"          everywhere
  giydir block add --job 7 --photo source --community discord:5678
  giydir block list
  giydir block remove 3
""",
)
def block() -> None:
    """Block pictures, and what looks like them, in one community or everywhere.

    Only by what they are known again is kept, not the pictures.
    """


@block.command(
    cls=Command,
    short_help="Block a picture.",
    epilog="""\b
Examples:
  giydir block add photo.jpg --reason "a celebrity"
  giydir block add --job 7 --photo result --community discord:5678
""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--job", "job_id", type=int, help="A job's picture instead, while it is kept.")
@click.option(
    "--photo", type=click.Choice(_PHOTOS), default="source", show_default=True, help="Which of the job's."
)
@community_option
@reason_option
@json_option
def add(
    file: Path | None, job_id: int | None, photo: str, place: Place | None, reason: str, as_json: bool
) -> None:
    """Block the picture in FILE, or one of a job's, and what looks like it."""
    if (file is None) == (job_id is None):
        raise click.UsageError("say which picture: a FILE, or --job")
    from tasks.screening.fingerprint import fingerprint
    from tasks.screening.pixels import check_size

    settings = read_settings()
    if settings.secret_key is None:
        raise SettingMissing("GIYDIR_SECRET_KEY is needed to know a picture again")
    with open_desk() as desk:
        picture = _read(file) if file is not None else _of_job(settings, desk, job_id, photo)
        check_size(picture)
        known = fingerprint(picture, settings.secret_key)
        audit_id = desk.block_picture(None, known, place, reason)
    looks = "and what looks like it" if known.look else "by its bytes only: it has no contrast"
    say_act(as_json, audit_id, f"the picture is blocked {_where(place)}, {looks}")


@block.command(
    cls=Command,
    short_help="Allow a picture again.",
    epilog="""\b
Examples:
  giydir block remove 3
  giydir block remove 3 --reason "the wrong one"
""",
)
@click.argument("block_id", type=int, metavar="ID")
@reason_option
@json_option
def remove(block_id: int, reason: str, as_json: bool) -> None:
    """Lift the block with this ID, which `giydir block list` shows."""
    with open_desk() as desk:
        audit_id = desk.unblock_picture(None, block_id, reason)
    say_act(as_json, audit_id, f"block {block_id} is lifted")


@block.command(
    "list",
    cls=Command,
    short_help="Blocked pictures.",
    epilog="""\b
Examples:
  giydir block list
  giydir block list --community discord:5678 --all --json
""",
)
@community_option
@click.option("--all", "everything", is_flag=True, help="Also blocks that were lifted.")
@page_options
@json_option
def list_(place: Place | None, everything: bool, limit: int, before_id: int | None, as_json: bool) -> None:
    """List blocks, newest first."""
    with open_desk() as desk:
        blocks = desk.blocked_pictures(place, only_in_force=not everything, limit=limit, before_id=before_id)
    rows = [
        (
            one.id,
            name_of(one.place, "everywhere"),
            f"since {moment(one.at)}",
            "by its look" if one.by_look else "by its bytes",
            "in force" if one.in_force else "lifted",
            one.reason,
        )
        for one in blocks
    ]
    say(as_json, blocks, table(rows) if rows else ["no picture is blocked"])


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PictureUnreadable(f"{file} cannot be read: {error.strerror}") from None


def _of_job(settings: Settings, desk: Desk, job_id: int | None, photo: str) -> bytes:
    from tasks.store.keys import owner_of
    from tasks.store.store import Store

    assert job_id is not None
    job = desk.job(job_id)
    keys = {
        "source": job.request.source_key,
        "reference": job.request.reference_key,
        "result": job.result_key,
    }
    key = keys[photo]
    owner = None if key is None else owner_of(key)
    if key is None or owner is None:
        raise PictureMissing(f"job {job_id} has no such picture")
    return Store.open(settings).get(owner, key)


def _where(place: Place | None) -> str:
    return "everywhere" if place is None else f"in {name_of(place)}"
