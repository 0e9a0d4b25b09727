"""Settings as they may be shown: a secret is `set` or `not set`, an address goes without its password."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from config.settings import Settings

HIDDEN = "***"
# A password shorter than this would be found in ordinary words.
_SHORTEST = 4
_USERINFO = re.compile(r"(?<=://)[^/\s]*@")
_QUERY = re.compile(r"(?<=[?#]).+")
# A Telegram token, which its own addresses contain.
_TOKEN = re.compile(r"\d{6,}:[\w-]{30,}")


def shown(value: Any, default: Any) -> str:
    """One setting's value for people to read."""
    from pydantic import SecretStr

    if isinstance(value, SecretStr):
        # The defaults of addresses are in the sample file, and no secret.
        return value.get_secret_value() if value == default else "set"
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return without_password(str(value))


def without_password(text: str) -> str:
    """An address without who logs in, without its query, and without a token in its path."""
    if "://" not in text:
        return text
    for pattern in (_TOKEN, _QUERY):
        text = pattern.sub(HIDDEN, text)
    return _USERINFO.sub(f"{HIDDEN}@", text)


def scrub(text: str, settings: Settings | None) -> str:
    """`text` without any secret of the settings, for what other people's libraries say in their errors."""
    for secret in sorted(_secrets(settings), key=len, reverse=True) if settings else ():
        text = text.replace(secret, HIDDEN)
    return without_password(text)


def _secrets(settings: Settings) -> Iterable[str]:
    from pydantic import SecretStr

    for name, info in type(settings).model_fields.items():
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        if isinstance(value, SecretStr) and value != info.default:
            yield text
        # The password of an address, as it is written and as it is meant.
        for userinfo in _USERINFO.findall(text):
            password = userinfo[:-1].rpartition(":")[2]
            yield from (one for one in {password, unquote(password)} if len(one) >= _SHORTEST)
