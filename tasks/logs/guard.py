"""The last look at every line before it is written: what may not be in a log is not.

Secrets of the settings are replaced wherever they occur, and so is what looks like one; bytes and pictures
are never shown; fields that name people are hidden, not hashed: a line leads to a person by its job's
id only, and no longer than the desk remembers whose job it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from math import isfinite
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID

from pydantic import SecretStr

from config.settings import Settings

HIDDEN = "[hidden]"
MAX_LOOKED_AT = 40_000  # characters of a value; what is behind them is not written
MAX_TEXT = 2_000  # characters of a value that are written
MAX_TRACEBACK = 20_000  # characters, of which the last are kept
MAX_ITEMS = 50
MAX_DEPTH = 4
TRACEBACKS = ("exception", "stack")

# A field is hidden if a part of its name is one of these words (`user_id`, `guild_ref`, `bot_token`) ...
_PRIVATE_PARTS = frozenset(
    {
        *("account", "actor", "address", "asker", "author", "authorization", "caption", "channel", "chat"),
        *("community", "cookie", "email", "guild", "member", "mention", "nick", "nickname", "password"),
        *("person", "phone", "secret", "subject", "token", "user", "username"),
    }
)
# ... or all of it one of these.
_PRIVATE_NAMES = frozenset(
    {"name", "first_name", "last_name", "full_name", "display_name", "file_name", "filename", "ip", "remote"}
)

# What looks like a secret or like a picture, and what takes its place.
_SUSPECTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # Telegram's tokens, also within an address: 123456:ABC...
        (r"\d{5,20}:[A-Za-z0-9_-]{30,100}", HIDDEN),
        # Discord's tokens: a number in base64, and two more parts.
        (r"\b[MNO][A-Za-z0-9_-]{20,40}\.[A-Za-z0-9_-]{5,10}\.[A-Za-z0-9_-]{25,100}", HIDDEN),
        # An interaction's or webhook's token in a path.
        (r"(/(?:webhooks|interactions)/\d+/)[^/?\s]+", rf"\1{HIDDEN}"),
        (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,}", rf"\1 {HIDDEN}"),
        # A URL's user and password.
        (r"(\w://)[^/\s@]{0,200}:[^/\s]{0,200}@", rf"\1{HIDDEN}@"),
        # A URL's query may be the key to a file.
        (r"(\w://[^\s?#]{1,500})\?[^\s'\">]+", rf"\1?{HIDDEN}"),
        # Values of a row that a database would not take, and a statement's parameters.
        (r"(?m)^(\s*DETAIL:).*$", rf"\1 {HIDDEN}"),
        (r"\[parameters: .*", f"[parameters: {HIDDEN}]"),
        # Bytes as Python writes them, and as base64.
        (r"\bb'(?:\\.|[^'\\])*'?", "[bytes]"),
        (r'\bb"(?:\\.|[^"\\])*"?', "[bytes]"),
        (r"[A-Za-z0-9+/_-]{200,}={0,2}", "[long text]"),
    )
)
# All that a terminal obeys, and what would begin a new line.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROLS_OF_TRACEBACKS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Guard:
    """Cleans text and fields; knows the secrets of `settings`."""

    def __init__(self, settings: Settings) -> None:
        words = sorted(_spellings(_secrets(settings)), key=len, reverse=True)
        self._secrets = re.compile("|".join(re.escape(word) for word in words)) if words else None

    def fields(self, fields: Mapping[Any, object], depth: int = 0) -> dict[str, object]:
        """Fields that may be written as JSON, private ones hidden."""
        kept: dict[str, object] = {}
        for key, value in list(fields.items())[:MAX_ITEMS]:
            name = self.text(str(key))
            if _is_private(name):
                kept[name] = HIDDEN
            elif name in TRACEBACKS and depth == 0:
                kept[name] = self.traceback(str(value))
            else:
                kept[name] = self.value(value, depth)
        return kept

    def value(self, value: object, depth: int = 0) -> object:
        """Any value as one that may be written: of what we do not know, the type's name only."""
        match value:
            case None | bool() | int():
                return value
            case float():
                return value if isfinite(value) else str(value)  # JSON knows no others
            case str():
                return self.text(value)
            case bytes() | bytearray() | memoryview():
                return f"[{len(value)} bytes]"
            case datetime() | date():
                return value.isoformat()
            case timedelta():
                return value.total_seconds()
            case UUID() | PurePath():
                return self.text(str(value))
            case BaseException():
                return self.text(f"{type(value).__name__}: {value}")
            case Mapping() if depth < MAX_DEPTH:
                return self.fields(value, depth + 1)
            case list() | tuple() | set() | frozenset() if depth < MAX_DEPTH:
                return [self.value(item, depth + 1) for item in list(value)[:MAX_ITEMS]]
            case _:
                return f"<{type(value).__name__}>"

    def text(self, text: str) -> str:
        """One line without secrets, and not too long."""
        clean = _CONTROLS.sub(_escaped, _without_suspects(self._without_secrets(text)[:MAX_LOOKED_AT]))
        return clean if len(clean) <= MAX_TEXT else f"{clean[:MAX_TEXT]}... ({len(text)} characters)"

    def traceback(self, text: str) -> str:
        """Many lines without secrets; of very many, the last, which say what happened."""
        shown = _without_suspects(self._without_secrets(text)[-MAX_LOOKED_AT:])
        clean = _CONTROLS_OF_TRACEBACKS.sub(_escaped, shown)
        return clean if len(clean) <= MAX_TRACEBACK else f"... {clean[-MAX_TRACEBACK:]}"

    def _without_secrets(self, text: str) -> str:
        return text if self._secrets is None else self._secrets.sub(HIDDEN, text)


def _without_suspects(text: str) -> str:
    for suspect, replacement in _SUSPECTS:
        text = suspect.sub(replacement, text)
    return text


def _is_private(name: str) -> bool:
    lowered = name.lower()
    return lowered in _PRIVATE_NAMES or not _PRIVATE_PARTS.isdisjoint(lowered.split("_"))


def _secrets(settings: Settings) -> Iterable[str]:
    """Every secret setting; of an address, its password too, which drivers name alone."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            yield secret
            if "://" in secret and (password := _password(secret)):
                yield password
                yield unquote(password)


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _spellings(secrets: Iterable[str]) -> set[str]:
    """A secret as it is, as Python writes it, and as a URL does. A very short one would hide common words."""
    return {
        spelling
        for secret in secrets
        if len(secret) >= 4
        for spelling in (secret, repr(secret)[1:-1], quote(secret, safe=""))
    }


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
