"""A store in a folder, and pictures to put there."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from config.settings import Settings
from tasks.store.store import Store

SECRET = SecretStr("correct horse battery staple, and so on")
PICTURE = b"\x89PNG this is Ada's photo, and nobody else's" * 100
ADA = 1
BEN = 2


def open_store(folder: Path, secret: SecretStr = SECRET, max_picture_mb: int = 1) -> Store:
    url = SecretStr(f"file://{folder}")
    return Store.open(Settings(store_url=url, secret_key=secret, max_picture_mb=max_picture_mb))


def files_in(folder: Path) -> list[Path]:
    """All files, finished or not."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
