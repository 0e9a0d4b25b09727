"""Who the operator is: one password, a signed session that ends, and forms that only our own page makes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta

from pydantic import SecretStr

from tasks.clock import Clock, system_clock

COOKIE = "giydir_operator"
HOURS = 12
_PURPOSE = b"giydir web operator 1"
_WRONG = 5  # attempts of one address, within
_WINDOW = timedelta(minutes=1)
_ADDRESSES = 1000  # that are remembered
_MOST_LETTERS = 200  # of a cookie


class Badge:
    """A session is `end.nonce.signature`, signed with the password, too: a new one ends all."""

    def __init__(self, secret_key: SecretStr, password: SecretStr, clock: Clock = system_clock) -> None:
        self._password = password.get_secret_value().encode()
        purpose = _PURPOSE + hashlib.sha256(self._password).digest()
        self._key = hmac.digest(secret_key.get_secret_value().encode(), purpose, "sha256")
        self._clock = clock

    def is_right(self, password: str) -> bool:
        """Compared in the same time, whatever is wrong with it."""
        return hmac.compare_digest(password.encode(), self._password)

    def session(self) -> str:
        """A new one, for a cookie."""
        end = int((self._clock() + timedelta(hours=HOURS)).timestamp())
        named = f"{end}.{secrets.token_urlsafe(12)}"
        return f"{named}.{self._signed('session', named)}"

    def is_session(self, cookie: str | None) -> bool:
        """Whether it is one of ours, and has not ended."""
        if cookie is None or len(cookie) > _MOST_LETTERS:
            return False
        named, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signed("session", named).encode()):
            return False
        return int(named.partition(".")[0]) > self._clock().timestamp()

    def form_token(self, session: str) -> str:
        """What each form of this session brings along, and no other site knows."""
        return self._signed("form", session)

    def is_form_token(self, token: str, session: str) -> bool:
        return hmac.compare_digest(token.encode(), self.form_token(session).encode())

    def _signed(self, kind: str, text: str) -> str:
        return hmac.new(self._key, f"{kind}:{text}".encode(), "sha256").hexdigest()


class Attempts:
    """Wrong passwords of late, by address; in the event loop only."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()

    def are_too_many(self, address: str) -> bool:
        """Whether this address must wait: it was wrong five times within a minute."""
        since = self._clock() - _WINDOW
        return sum(moment > since for moment in self._wrong.get(address, ())) >= _WRONG

    def note(self, address: str) -> None:
        """One more was wrong."""
        self._wrong[address] = [*self._wrong.pop(address, []), self._clock()][-_WRONG:]
        if len(self._wrong) > _ADDRESSES:
            self._wrong.popitem(last=False)
