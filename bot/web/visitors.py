"""Who visits: a signed cookie, by which a browser is known again, and nothing else about it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Settings
from tasks.errors import OptionInvalid, SettingMissing
from tasks.records import Asker, Person

PLATFORM = "web"
COMMUNITY = "page"
COOKIE = "giydir_visitor"
MAX_AGE = 365 * 24 * 3600  # seconds
_PURPOSE = b"giydir web visitor 1"
_ID_BYTES = 16
_SHORTEST_PASSWORD = 8
_LONGEST_NAME = 60
_MOST_LETTERS = 400  # of a cookie


@dataclass(frozen=True)
class Visitor:
    """`name` is the user's where there are users, else random."""

    name: str

    @property
    def person(self) -> Person:
        return Person(PLATFORM, self.name)

    @property
    def asker(self) -> Asker:
        return Asker(PLATFORM, COMMUNITY, self.name)


class Visitors:
    """Who may come in, and the cookies that say who somebody is.

    A cookie is `name.signature`. The signature is made with the password, too: another password, and
    everybody signs in anew.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises `SettingMissing` without a secret key, `OptionInvalid` for users that cannot be read."""
        if settings.secret_key is None:
            raise SettingMissing("GIYDIR_SECRET_KEY is needed to know visitors again")
        self._secret = settings.secret_key.get_secret_value().encode()
        self._users = _users(settings)
        password = settings.web_password
        self._password = None if password is None else password.get_secret_value()

    @property
    def sign_in(self) -> bool:
        """Whether visitors must sign in."""
        return self.named or self._password is not None

    @property
    def named(self) -> bool:
        """Whether they do so by a name of their own."""
        return bool(self._users)

    def new(self) -> Visitor:
        """Somebody who was never here."""
        return Visitor("visitor-" + secrets.token_urlsafe(_ID_BYTES))

    def admit(self, name: str, password: str, before: Visitor | None) -> Visitor | None:
        """Who signs in with this, or `None`. With one password for all, they stay who they were before."""
        if self._users:
            known = self._users.get(name)
            # Compared in any case, so that a wrong name takes as long as a wrong password.
            right = _same(password, known or secrets.token_hex())
            return Visitor(f"user-{name}") if right and known is not None else None
        if self._password is None or not _same(password, self._password):
            return None
        return before or self.new()

    def cookie(self, visitor: Visitor) -> str:
        """What their browser is to keep."""
        return f"{_encoded(visitor.name.encode())}.{self._signature(visitor.name)}"

    def read(self, cookie: str | None) -> Visitor | None:
        """Who has this cookie; `None` where it is none of ours."""
        if cookie is None or len(cookie) > _MOST_LETTERS:
            return None
        encoded, _, signature = cookie.partition(".")
        try:
            name = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except ValueError:
            return None
        return Visitor(name) if _same(signature, self._signature(name)) else None

    def _signature(self, name: str) -> str:
        """Of a user since taken away, with a password that nobody knows."""
        if self._users:
            password = self._users.get(name.removeprefix("user-")) or secrets.token_hex()
        else:
            password = self._password or ""
        key = hmac.digest(self._secret, _PURPOSE + hashlib.sha256(password.encode()).digest(), "sha256")
        return _encoded(hmac.digest(key, name.encode(), "sha256"))


def _users(settings: Settings) -> Mapping[str, str]:
    if settings.web_users is None:
        return {}
    users = {}
    for number, entry in enumerate(settings.web_users.get_secret_value().split(), start=1):
        name, colon, password = entry.partition(":")
        if not (colon and 1 <= len(name) <= _LONGEST_NAME and len(password) >= _SHORTEST_PASSWORD):
            # Without the entry itself, which holds a password.
            raise OptionInvalid(
                f"GIYDIR_WEB_USERS: entry {number} is not name:password with {_SHORTEST_PASSWORD} characters"
                " or more"
            )
        users[name] = password
    return users


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
