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
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._aes(key).encrypt(nonce, data, _VERSION + key.encode())

    def unseal(self, key: str, sealed: bytes) -> bytes:
        """Raises `PictureDamaged`: changed, cut off, moved from another key, or of another secret."""
        nonce, ciphertext = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        if len(sealed) < OVERHEAD or sealed[:1] != _VERSION:
            raise PictureDamaged("a picture in the store is damaged")
        try:
            return self._aes(key).decrypt(nonce, ciphertext, _VERSION + key.encode())
        except InvalidTag:
            raise PictureDamaged("a picture in the store is damaged, or of another secret key") from None

    def _aes(self, key: str) -> AESGCM:
        account_id = owner_of(key)
        assert account_id is not None
        return AESGCM(self._derive("contents", account_id))

    def _derive(self, purpose: str, account_id: int) -> bytes:
        label = f"giydir store {purpose} 1:{account_id}".encode()
        secret = self._secret.get_secret_value().encode()
        return HKDF(SHA256(), length=32, salt=None, info=label).derive(secret)
