"""The store: a person's pictures, readable by nobody who has only the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from config.settings import Settings
from tasks.errors import PictureMissing, PictureTooLarge, SettingMissing
from tasks.store.cipher import OVERHEAD, Cipher
from tasks.store.files import Files
from tasks.store.keys import check_owner, owner_of

_MB = 1_000_000


@dataclass(frozen=True)
class Stored:
    """A picture that is there: when it was last put, and its size on the disk in bytes."""

    key: str
    account_id: int
    modified: datetime
    size: int


class Store:
    """Pictures by their keys. May be used from any thread; each process opens its own.

    Any method may raise `StoreUnavailable`: unreachable, no permission, disk full. Nothing has changed then.
    """

    def __init__(self, files: Files, secret: SecretStr, max_bytes: int) -> None:
        self._files = files
        self._cipher = Cipher(secret)
        self._max_bytes = max_bytes

    @classmethod
    def open(cls, settings: Settings) -> Store:
        """The store at the address that the settings name; made with the first picture.

        Raises `SettingMissing` without a secret key, `OptionInvalid` and `StoreUnavailable` for the address.
        """
        if settings.secret_key is None:
            raise SettingMissing("GIYDIR_SECRET_KEY is needed to keep pictures")
        files = Files(settings.store_url.get_secret_value())
        return cls(files, settings.secret_key, settings.max_picture_mb * _MB)

    def put(self, account_id: int, data: bytes) -> str:
        """Keep a picture and return its key; the same again has the same key, and counts as put now.

        Raises `PictureTooLarge`.
        """
        self._check_size(len(data))
        key = self._cipher.key_of(account_id, data)
        check_owner(account_id, key)
        self._files.write(key, self._cipher.seal(key, data))
        return key

    def get(self, account_id: int, key: str) -> bytes:
        """The picture. Raises `NotOwner`, `PictureMissing`, `PictureDamaged`, `PictureTooLarge`."""
        check_owner(account_id, key)
        try:
            sealed = self._files.read(key, self._max_bytes + OVERHEAD + 1)
        except FileNotFoundError:
            raise PictureMissing("the picture is not in the store, or no longer") from None
        self._check_size(len(sealed) - OVERHEAD)
        return self._cipher.unseal(key, sealed)

    def delete(self, key: str, *, older_than: datetime | None = None) -> bool:
        """Whether it was there and is gone now. With `older_than`, one that was put since then stays.

        (Some object stores do not say whether there was anything to delete, and count as if there was.)
        """
        return owner_of(key) is not None and self._files.delete(key, older_than)

    def delete_owner(self, account_id: int) -> int:
        """Delete all pictures of an account. Returns how many there were."""
        return sum(self.delete(stored.key) for stored in self.stored(account_id))

    def delete_unfinished(self, older_than: datetime) -> int:
        """Delete what was left on the disk by processes killed while they put a picture."""
        return self._files.delete_unfinished(older_than)

    def stored(self, account_id: int | None = None) -> Iterator[Stored]:
        """Everything that is there, or all of one account; one account's names in memory at a time."""
        if account_id is None:
            folders = [name for name in self._files.folders() if name.isdecimal()]
        else:
            folders = [str(account_id)]
        for folder in folders:
            for file in self._files.folder(folder):
                key = f"{folder}/{file.name}"
                if (owner := owner_of(key)) is not None:
                    yield Stored(key, owner, file.modified, file.size)

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            raise PictureTooLarge(f"a picture has at most {self._max_bytes // _MB} MB")
