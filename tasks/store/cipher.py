"""What is done to a picture before it is written: its name, and its encryption.

Everything is derived from the secret key by HKDF, with a label of its own and the owner: one owner's keys
open nothing of another's. A sealed picture is a version byte, a random nonce of 12 bytes, and AES-256-GCM's
ciphertext with its tag of 16. Version and key are authenticated too: no file can stand for another.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from tasks.errors import PictureDamaged
from tasks.store.keys import owner_of

_VERSION = b"\x01"
_NONCE = 12
OVERHEAD = len(_VERSION) + _NONCE + 16  # bytes that a sealed picture is longer than the picture


class Cipher:
    """Names, seals and unseals pictures under one secret. May be used from any thread."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def key_of(self, account_id: int, data: bytes) -> str:
        """The same for the same owner and content; without the secret, nobody can tell what it names."""
        digest = hmac.new(self._derive("names", account_id), data, hashlib.sha256).hexdigest()
        return f"{account_id}/{digest}"

    def seal(self, key: str, data: bytes) -> bytes:
        """Encrypt, under a nonce that is new each time."""
        return _seal(self._aes(key), key, data)

    def unseal(self, key: str, sealed: bytes) -> bytes:
        """Raises `PictureDamaged`: changed, cut off, moved from another key, or of another secret."""
        return _unseal(self._aes(key), key, sealed)

    def seal_words(self, about: str, words: str) -> bytes:
        """Words that stand in the database, of whatever `about` names."""
        return _seal(AESGCM(self._derive("words", about)), about, words.encode())

    def unseal_words(self, about: str, sealed: bytes) -> str:
        """Raises `PictureDamaged`, as `unseal` does."""
        return _unseal(AESGCM(self._derive("words", about)), about, sealed).decode()

    def _aes(self, key: str) -> AESGCM:
        account_id = owner_of(key)
        assert account_id is not None
        return AESGCM(self._derive("contents", account_id))

    def _derive(self, purpose: str, whose: int | str) -> bytes:
        label = f"giydir store {purpose} 1:{whose}".encode()
        secret = self._secret.get_secret_value().encode()
        return HKDF(SHA256(), length=32, salt=None, info=label).derive(secret)


def _seal(aes: AESGCM, about: str, data: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + aes.encrypt(nonce, data, _VERSION + about.encode())


def _unseal(aes: AESGCM, about: str, sealed: bytes) -> bytes:
    nonce, ciphertext = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    if len(sealed) < OVERHEAD or sealed[:1] != _VERSION:
        raise PictureDamaged("what was sealed is damaged")
    try:
        return aes.decrypt(nonce, ciphertext, _VERSION + about.encode())
    except InvalidTag:
        raise PictureDamaged("what was sealed is damaged, or of another secret key") from None
