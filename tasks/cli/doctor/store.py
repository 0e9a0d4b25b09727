"""The store: can a picture be written, read and deleted there?"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from fsspec.core import url_to_fs

from config.settings import Settings
from tasks.cli.doctor.database import nearest
from tasks.cli.doctor.findings import Finding, ok, problem
from tasks.cli.hiding import without_password

PART = "store"
_BYTES = b"giydir doctor was here"


def check(settings: Settings) -> list[Finding]:
    """One small object is written, read and deleted; a folder that is not there yet is not made."""
    url = settings.store_url.get_secret_value()
    try:
        system, root = url_to_fs(url)
    except ImportError as error:
        return [problem(PART, "the driver that GIYDIR_STORE_URL needs is missing", str(error))]
    except ValueError:
        return [problem(PART, "GIYDIR_STORE_URL cannot be read", "file://folder, s3://bucket/folder, ...")]
    if "file" in system.protocol and not Path(root).exists():
        above = nearest(Path(root))
        if not os.access(above, os.W_OK | os.X_OK):
            return [problem(PART, f"{above} cannot be written into", "give it to the user who runs this")]
        return [ok(PART, f"{root} is not there yet, and can be made")]
    path = f"{root}/.doctor-{secrets.token_hex(8)}"
    step = "written"
    try:
        system.pipe_file(path, _BYTES)
        step = "read"
        same = system.cat_file(path) == _BYTES
        step = "deleted"
        system.rm_file(path)
    # What drivers raise is their own; it is told, and its text, which may hold an address, is not.
    except Exception as error:
        said = f"nothing can be {step} there ({type(error).__name__})"
        return [problem(PART, said, "its address, its keys and who may write there")]
    if not same:
        return [problem(PART, "what was read is not what was written", "another store")]
    return [ok(PART, f"{without_password(url)}: written, read and deleted")]
