"""Pictures that a visitor's browser shows: in the encrypted store under the visitor's own account, and
nowhere else. Gradio knows them by made-up paths, whose last folder is the picture's name in the store.

A path says nothing about the owner: whoever asks is shown what they have themselves under that name.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tasks.desk import Desk
from tasks.errors import PictureMissing, PictureTooLarge, UnknownPerson
from tasks.records import Person
from tasks.screening.pixels import check_size
from tasks.store.store import Store

_NAME = re.compile(r"([0-9a-f]{64})/([a-z0-9-]{1,40})\.(png|jpg|webp|gif|bmp)")
_KINDS = {
    b"\x89PNG": ("png", "image/png"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
    b"RIFF": ("webp", "image/webp"),
    b"GIF8": ("gif", "image/gif"),
    b"BM": ("bmp", "image/bmp"),
}
_MB = 1_000_000


class Shelf:
    """What front and back of the page call, from threads."""

    def __init__(self, desk: Desk, store: Store, root: str, max_mb: int) -> None:
        """root: the folder in which Gradio believes its files to be."""
        self._desk = desk
        self._store = store
        self._root = PurePosixPath(root)
        self.max_bytes = max_mb * _MB

    def put(self, person: Person, picture: bytes, name: str = "photo") -> str:
        """Keep a picture; its path. Raises `PictureTooLarge`, `PictureUnreadable` and the like."""
        if len(picture) > self.max_bytes:
            raise PictureTooLarge(f"a picture has at most {self.max_bytes // _MB} MB")
        check_size(picture)
        return self.path(self._store.put(self._desk.account(person), picture), picture, name)

    def path(self, key: str, picture: bytes, name: str) -> str:
        """The path of a picture that is in the store."""
        return str(self._root / key.partition("/")[2] / f"{name}.{_kind(picture)[0]}")

    def known(self, key: str, name: str) -> str:
        """The path of a picture that a worker put, which is a PNG. It may be gone."""
        return str(self._root / key.partition("/")[2] / f"{name}.png")

    def read(self, person: Person, path: str) -> bytes:
        """A picture of the person's own. Raises `PictureMissing` and the like."""
        return self._store.get(*self._key(person, path))

    def renew(self, person: Person, path: str) -> None:
        """It counts as put now. Raises what `read` does."""
        account_id, key = self._key(person, path)
        self._store.put(account_id, self._store.get(account_id, key))

    def forget(self, person: Person, path: str) -> None:
        """Delete it, unless a job or anything else needs it."""
        try:
            _, key = self._key(person, path)
        except PictureMissing:
            return
        if not self._desk.needed_keys([key]):
            self._store.delete(key)

    def _key(self, person: Person, path: str) -> tuple[int, str]:
        try:
            found = _NAME.fullmatch(str(PurePosixPath(path).relative_to(self._root)))
            account_id = self._desk.known_account(person)
        except (ValueError, UnknownPerson):
            raise PictureMissing("no such picture of this visitor's") from None
        if found is None:
            raise PictureMissing("no such picture of this visitor's")
        return account_id, f"{account_id}/{found[1]}"


def media_type(picture: bytes) -> str:
    """By its first bytes."""
    return _kind(picture)[1]


def _kind(picture: bytes) -> tuple[str, str]:
    found = (kind for start, kind in _KINDS.items() if picture.startswith(start))
    return next(found, ("png", "application/octet-stream"))
