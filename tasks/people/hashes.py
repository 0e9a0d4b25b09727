"""A keyed hash of how a platform names a person: enough to know them again, not to learn who they are."""

from __future__ import annotations

import hashlib
import hmac

from pydantic import SecretStr

from tasks.records import Person


def identity_hash(key: SecretStr, person: Person) -> str:
    """64 hexadecimal digits (HMAC-SHA256). Without the key nobody can try out all user ids."""
    message = f"{person.platform}\n{person.user}".encode()
    return hmac.new(key.get_secret_value().encode(), message, hashlib.sha256).hexdigest()
