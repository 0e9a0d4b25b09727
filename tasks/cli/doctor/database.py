"""The database: is it there, at the right revision, on a disk that can hold it, and on time?"""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from config.settings import Settings
from tasks.cli.doctor.findings import Finding, ok, problem, warning
from tasks.db.engine import open_engine, reading
from tasks.db.revisions import current_revision, known_revisions, newest_revision
from tasks.db.sqlite import file_of
from tasks.errors import DeskError

PART = "database"
UPGRADE = "giydir db upgrade"
# Where SQLite's log cannot be shared, and its locks may not hold.
_NETWORK = (
    "9p",
    "afs",
    "ceph",
    "cifs",
    "drvfs",
    "fuse.sshfs",
    "glusterfs",
    "nfs",
    "smb",
    "virtiofs",
    "vboxsf",
)
_BUSY_SECONDS = 5  # a check waits for no lock longer
_CLOCKS_APART = 2.0  # seconds


def check(settings: Settings) -> list[Finding]:
    """Both kinds of database; nothing is made or changed."""
    url = settings.database_url.get_secret_value()
    try:
        file = file_of(url)
        engine = open_engine(url, busy_seconds=_BUSY_SECONDS)
    except DeskError as error:
        return [problem(PART, str(error), "GIYDIR_DATABASE_URL: sqlite:///path or postgresql://...")]
    try:
        if file is not None:
            findings = _check_place(file)
            if not file.exists():
                return findings or [warning(PART, f"there is no {file} yet", UPGRADE)]
            return [*findings, *_check_revision(engine, f"SQLite, {file}")]
        return _check_server(engine, url)
    except DeskError as error:
        return [problem(PART, str(error), "is it running, and is GIYDIR_DATABASE_URL right?")]
    finally:
        engine.dispose()


def _check_server(engine: Engine, url: str) -> list[Finding]:
    with reading(engine) as connection:
        before = time.time()
        row = connection.execute(
            text("SELECT current_setting('server_version'), extract(epoch FROM clock_timestamp())")
        ).one()
        # In the middle of the way there and back.
        apart = float(row[1]) - (before + time.time()) / 2
    parsed = make_url(url)
    name = f"PostgreSQL {row[0].split()[0]}, {parsed.host or 'local'}/{parsed.database or ''}"
    findings = _check_revision(engine, name)
    if abs(apart) > _CLOCKS_APART:
        said = f"its clock is {apart:+.0f} s from this machine's"
        findings.append(warning(PART, said, "keep both clocks by NTP: leases and windows count on them"))
    return findings


def _check_revision(engine: Engine, name: str) -> list[Finding]:
    there, newest = current_revision(engine), newest_revision()
    if there == newest:
        return [ok(PART, f"{name}, revision {there}, the newest")]
    if there is None:
        return [problem(PART, f"{name}, without tables", UPGRADE)]
    if there in known_revisions():
        return [problem(PART, f"{name}, at revision {there}, not at {newest}", UPGRADE)]
    return [problem(PART, f"{name}, at revision {there}, which is unknown here", "install a newer version")]


def _check_place(file: Path) -> list[Finding]:
    findings = []
    advice = "give it to the user who runs this"
    folder = nearest(file.parent)
    kind = filesystem_of(folder)
    if kind.startswith(_NETWORK):
        said = f"{file} is on a network drive ({kind}), where SQLite may lose what was written"
        findings.append(problem(PART, said, "a local folder, or PostgreSQL"))
    # SQLite writes its log beside the file.
    if not os.access(folder, os.W_OK | os.X_OK):
        findings.append(
            problem(PART, f"{folder} cannot be written into", "give it to the user who runs this")
        )
    elif file.exists() and not os.access(file, os.R_OK | os.W_OK):
        findings.append(problem(PART, f"{file} cannot be written", advice))
    return findings


def nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(one for one in (folder, *folder.parents) if one.exists())


def filesystem_of(folder: Path) -> str:
    """The kind of file system that a folder is on; empty if the system does not say."""
    where = folder.resolve()
    mounts = [one for one in psutil.disk_partitions(all=True) if where.is_relative_to(one.mountpoint)]
    return max(mounts, key=lambda one: len(one.mountpoint)).fstype if mounts else ""
