"""Deleting pictures from the store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.settings import Settings


def delete_pictures(settings: Settings, keys: Iterable[str]) -> int:
    """Delete these keys; one that is gone already is as good. Returns how many were there.

    A key is a path within the store; what would lead out of it names no picture.
    """
    from fsspec.core import url_to_fs

    system, root = url_to_fs(settings.store_url.get_secret_value())
    deleted = 0
    for key in keys:
        if {"", ".", ".."} & set(key.split("/")):
            continue
        path = f"{root}/{key}"
        if system.exists(path):
            system.rm_file(path)
            deleted += 1
    return deleted
