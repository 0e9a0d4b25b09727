"""`/mod settings` and `/language`: how the bot behaves in a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from telegram import Message

from bot.core.crossing import aside
from bot.telegram.said import Command, number_of
from bot.telegram.turn import Turn
from tasks.errors import OptionInvalid
from tasks.records import CommunityChanges, Window

_DEFAULT = "default"


def _threshold(word: str) -> float:
    try:
        found = float(word.replace(",", "."))
    except ValueError:
        raise OptionInvalid("no number") from None
    if not 0 <= found <= 1:
        raise OptionInvalid("a threshold is 0 to 1")
    return found


def _window(word: str) -> Window:
    if word not in tuple(Window):
        raise OptionInvalid("no way to count")
    return Window(word)


# What is said, what the desk or the house calls it, and how its value is read.
_LIMITS: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "member-limit": ("member_limit", number_of),
    "group-limit": ("pool_limit", number_of),
    "cooldown": ("cooldown_seconds", number_of),
    "time-zone": ("time_zone", str),
    "window": ("quota_window", _window),
    "retention": ("result_hours", number_of),
}


async def settings(turn: Turn, words: tuple[str, ...]) -> int | None:
    """A name and a value change one; `default` sets it back. Without, they are shown. The act's number."""
    if len(words) < 2:
        await _show(turn)
        return None
    name, value = words[0].lower(), words[1]
    usual = value.lower() == _DEFAULT
    limits: dict[str, Any] = {}
    own: dict[str, Any] = {}
    if name in _LIMITS:
        field, read = _LIMITS[name]
        limits[field] = None if usual else read(value)
    elif name == "threshold":
        own["nsfw_threshold"] = None if usual else _threshold(value)
    elif name == "log-chat":
        own["log_channel"] = None if usual else await _log_chat(turn, value)
    elif name == "language":
        own["language"] = None if usual else _language(turn, value)
    else:
        raise OptionInvalid("no such setting")
    changes = CommunityChanges(**limits)  # type: ignore[typeddict-item]
    return await turn.client.houses.change(
        turn.person, turn.asker.place, lambda house: replace(house, **own), changes
    )


async def language(turn: Turn, message: Message, command: Command) -> None:
    """In a private chat the member's own; in a group, of all whose own language the bot does not speak."""
    if not turn.private:
        await turn.client.rights.check_moderator(turn)
    if not command.words:
        await turn.reply(turn.tongue.say("Say which: /language en or /language tr."))
        return
    await settings(turn, ("language", command.words[0]))
    await turn.reply(turn.tongue.say("From now on I speak English here."))


def _language(turn: Turn, word: str) -> str:
    if word.lower() not in turn.client.catalogues.languages:
        raise OptionInvalid("no language that the bot speaks")
    return word.lower()


async def _log_chat(turn: Turn, word: str) -> str:
    """Where acts are told: `here`, or another chat by its number, of which they are an administrator, too."""
    if word.lower() == "here":
        return str(turn.chat.id)
    chat = number_of(word.removeprefix("-"))
    await turn.client.rights.check_moderator_of(turn, -chat)
    return str(-chat)


async def _show(turn: Turn) -> None:
    tongue, place = turn.tongue, turn.asker.place
    house = await turn.client.houses.of(place)
    community = await aside(turn.client.desk.community, place)
    usual = tongue.say("as the operator set it")
    values: dict[str, object] = {
        name: None if community is None else getattr(community, field) for name, (field, _) in _LIMITS.items()
    }
    values |= {
        "threshold": house.nsfw_threshold,
        "language": house.language,
        "log-chat": house.log_channel,
    }
    lines = [f"`{name}` {usual if value is None else value}" for name, value in values.items()]
    if community is not None and community.paused:
        lines.append(tongue.say("The bot is paused here."))
    lines.append(tongue.say("To change one: /mod settings, its name, and the value or “default”."))
    await turn.reply("\n".join(lines))
