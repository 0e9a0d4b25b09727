"""Which sentence was said: compared with the core's own, but for what each platform shows in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from bot.core.refusals import refusal
from bot.core.tongue import Tongue

# Stands in an expected sentence where anything may be: a moment, a name, a number that is not known.
ANY = "\N{OBJECT REPLACEMENT CHARACTER}"
# A moment, where a sentence needs one: what it is does not matter.
SOME_TIME = datetime(2030, 1, 1, tzinfo=UTC)

Say = Callable[[Tongue], str]


def plain(text: str) -> str:
    """Without emphasis, which platforms write in different ways."""
    return text.replace("**", "").replace("`", "").replace("-# ", "")


def fits(expected: str, seen: str) -> bool:
    """Whether a message has the expected words in it."""
    pattern = ".+?".join(map(re.escape, plain(expected).split(ANY)))
    return re.search(pattern, plain(seen)) is not None


def say(text: str, **values: object) -> Say:
    """One of the core's sentences."""
    return lambda tongue: tongue.say(text, **values)


def just(text: str) -> Say:
    """Words that are whole already."""
    return lambda tongue: text


def refused(code: str, *, later: bool = False) -> Say:
    """The sentence of an error. `later`: the one that says when the same would pass."""
    return lambda tongue: refusal(tongue, code, reference=ANY, retry_at=SOME_TIME if later else None)


def anybody(user: str) -> str:
    """Somebody's name, in a list."""
    return ANY
