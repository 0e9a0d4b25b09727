"""One interface for all that may be wrong with a picture, the cheap first.

Before the queue, in a bot: the size, and the list of blocked pictures. In the worker, before the work and
after it: these, and the classifier. Whatever fails in a screen is an error, never a pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from config.settings import Settings
from tasks.errors import BlockedByList, Moment, PictureTooLarge, SettingMissing
from tasks.records import Fingerprint, Place
from tasks.screening.fingerprint import SMALL, fingerprint
from tasks.screening.pixels import MAX_PIXELS, check_size, decode_small

if TYPE_CHECKING:
    from pydantic import SecretStr

_MB = 1_000_000


class Screen(Protocol):
    """May be used from any thread, unless one says else."""

    def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
        """picture: a file. place: the community whose rules hold beside the operator's.

        Raises `Blocked`; `PictureTooLarge`, `PictureTooSmall`, `PictureUnreadable`.
        """


class Rulebook(Protocol):
    """Where the list is, and what communities have set: the desk."""

    def has_blocks(self, place: Place | None) -> bool:
        """Whether anything is on the list."""

    def is_blocked(self, picture: Fingerprint, place: Place | None) -> bool:
        """Whether it is on the list, everywhere or in this community, or looks like one that is."""


def screen_of(
    settings: Settings, rulebook: Rulebook, classifier: Screen | None = None, *, most_pixels: int = MAX_PIXELS
) -> Screen:
    """All that is there, in order. Raises `SettingMissing`.

    most_pixels: how large a picture may be decoded to see its look, for a process with little memory; a
    larger one is known by its bytes only. (Of a JPEG, an eighth of its sides is decoded.)
    """
    if settings.secret_key is None:
        raise SettingMissing("GIYDIR_SECRET_KEY is needed to know blocked pictures again")
    screens: list[Screen] = [
        SizeScreen(settings.max_picture_mb * _MB),
        ListScreen(rulebook, settings.secret_key, most_pixels),
    ]
    return AllOf([*screens, classifier] if classifier is not None else screens)


@dataclass(frozen=True)
class AllOf:
    """One after the other; the first that objects is heard."""

    screens: Sequence[Screen]

    def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
        for screen in self.screens:
            screen.check(picture, moment, place)


@dataclass(frozen=True)
class SizeScreen:
    """The file's size and the picture's, before anything is decoded."""

    max_bytes: int

    def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
        if len(picture) > self.max_bytes:
            raise PictureTooLarge(f"a picture has at most {self.max_bytes // _MB} MB")
        check_size(picture)


@dataclass(frozen=True)
class ListScreen:
    """What moderators blocked. Of pictures whose size was checked; raises `PictureUnreadable`, too."""

    rulebook: Rulebook
    secret: SecretStr
    most_pixels: int

    def check(self, picture: bytes, moment: Moment, place: Place | None = None) -> None:
        if not self.rulebook.has_blocks(place):
            # Most have no list: the picture is only looked at, not reckoned up.
            decode_small(picture, SMALL, self.most_pixels)
            return
        if self.rulebook.is_blocked(fingerprint(picture, self.secret, self.most_pixels), place):
            raise BlockedByList(moment)
