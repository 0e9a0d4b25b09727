"""The secret key of an installation that has none yet: made once, and kept in `.env`, apart from the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_BYTES = 48
_WHY = (
    "# Made by `giydir up`. Pictures and the bans of forgotten people cannot be read without it:"
    " keep a copy apart from var/."
)


def add_secret_key(env_file: Path) -> str:
    """A new key, written to the end of `env_file`, which nobody else may read. Raises `OSError`."""
    key = secrets.token_urlsafe(_BYTES)
    before = env_file.read_text(encoding="utf-8") if env_file.exists() else ""
    gap = "" if not before or before.endswith("\n") else "\n"
    text = f"{before}{gap}{_WHY}\nGIYDIR_SECRET_KEY={key}\n"
    partial = env_file.with_name(f"{env_file.name}.{os.getpid()}.part")
    try:
        with open(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(env_file)
    finally:
        partial.unlink(missing_ok=True)
    return key
