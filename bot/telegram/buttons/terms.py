"""The buttons under the terms, and under what was chosen: their data names the version that was read, and
whose they are, since a group sees them too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.core.member_texts import agreed_text, declined_text, inputs_text, revoked_text
from bot.core.terms import consent_choices, terms
from tasks.errors import NotOwner

if TYPE_CHECKING:
    from bot.telegram.turn import Turn


def version_mark(version: str) -> str:
    """A version's name may be longer than a button's data."""
    return hashlib.sha256(version.encode()).hexdigest()[:8]


async def terms_shown(turn: Turn) -> tuple[str, InlineKeyboardMarkup]:
    """The terms as they hold here, and what to press."""
    client, tongue = turn.client, turn.tongue
    house = await client.houses.of(turn.asker.place)
    mark = version_mark(client.settings.consent_version)
    rows = [
        [InlineKeyboardButton(label, callback_data=f"c:{answer}:{mark}:{turn.user.id}")]
        for answer, label in consent_choices(tongue, client.settings)
    ]
    return terms(tongue, client.settings, house.result_hours), InlineKeyboardMarkup(rows)


async def when_agreed(turn: Turn, go_on: Callable[[], Awaitable[None]]) -> None:
    """Go on if they agreed to the terms; else they are shown, and what was said is heard again when they
    do."""
    if await turn.client.asking.consented(turn.person):
        await go_on()
        return
    await hold(turn)
    await turn.reply(*await terms_shown(turn))


async def hold(turn: Turn, *, photo: bool = False) -> None:
    """What they said waits until they agree to the terms. `photo`: one without a word, which does not take
    the place of another one that waits, but comes after it."""
    client, told = turn.client, [one.to_json() for one in turn.told.updates]
    waiting = await client.pending.look(turn.person) if photo else None
    if waiting is not None and waiting["photo"] and len(waiting["told"]) == 1:
        told = list(dict.fromkeys([*waiting["told"], *told]))
    await client.pending.keep(turn.person, {"photo": photo, "told": told})


async def answer_terms(turn: Turn, answer: str, mark: str, user: str) -> None:
    """They agree, or not; what they said before is heard again then."""
    client, tongue = turn.client, turn.tongue
    check_own(turn, user)
    if answer == "no":
        await client.pending.take(turn.person)
        await turn.rewrite(declined_text(tongue))
        return
    if mark != version_mark(client.settings.consent_version):
        # Old terms, agreed to too late.
        await turn.rewrite(*await terms_shown(turn))
        return
    waiting = await client.pending.look(turn.person)
    await client.affairs.agree(turn.person, keep_inputs=answer == "keep")
    await turn.rewrite(agreed_text(tongue, goes_on=waiting is not None))
    await turn.close()
    if waiting is None:
        await turn.drop_begun()
        return
    updates = tuple(Update.de_json(json.loads(one), client.bot) for one in waiting["told"])
    # Under the press's name: who takes it up after us goes on with the same placeholder.
    await client.hear(replace(turn.told, updates=updates))
    await client.pending.take(turn.person)


async def choose_inputs(turn: Turn, choice: str, user: str) -> None:
    """Whether photos stay for another go, decided anew."""
    check_own(turn, user)
    keep = choice == "keep"
    await turn.client.affairs.choose_inputs(turn.person, keep=keep)
    await turn.rewrite(inputs_text(turn.tongue, turn.client.settings, keep=keep))


async def revoke(turn: Turn, user: str) -> None:
    """Take consent back."""
    check_own(turn, user)
    cancelled = await turn.client.affairs.disagree(turn.person)
    turn.client.delivery.wake()
    await turn.rewrite(revoked_text(turn.tongue, cancelled))


def check_own(turn: Turn, user: str) -> None:
    """In a group others could press, too. Raises `NotOwner`."""
    if user != str(turn.user.id):
        raise NotOwner("the terms were shown to somebody else")
