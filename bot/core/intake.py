"""The first look at a file that somebody sent, before anything is kept: may it be used as a photo?

A bot has little memory and many members: what is costly to look at, the worker looks at.
"""

from __future__ import annotations

from config.settings import Settings
from tasks.desk import Desk
from tasks.errors import PictureTooLarge
from tasks.screening.screen import Screen, screen_of

# A larger PNG is known by its bytes only; of a JPEG, an eighth of its sides is decoded.
MOST_DECODED = 4_000_000  # pixels

_MB = 1_000_000


def check_size(size: int, max_mb: int) -> None:
    """Of a file in bytes, as the platform tells it before it is fetched. Raises `PictureTooLarge`."""
    if size > max_mb * _MB:
        raise PictureTooLarge(f"a picture has at most {max_mb} MB")


def open_screen(settings: Settings, desk: Desk) -> Screen:
    """Size, kind, and what moderators have blocked. Raises `SettingMissing`."""
    return screen_of(settings, desk, most_pixels=MOST_DECODED)
