"""The buttons under the terms, and under what was chosen: their data names the version that was read, and
whose they are, since a group sees them too."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.member_texts import agreed_text, declined_text, inputs_text, revoked_text
from bot.core.pending import Continue
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


async def when_agreed(turn: Turn, go_on: Continue) -> None:
    """Go on if they agreed to the terms, else when they do: then with the turn in which they did."""
    if await turn.client.asking.consented(turn.person):
        await go_on(turn)
        return
    turn.client.pending.keep(turn.user.id, go_on)
    await turn.reply(*await terms_shown(turn))


async def answer_terms(turn: Turn, answer: str, mark: str, user: str) -> None:
    """They agree, or not; what they asked for before goes on in a message of its own."""
    client, tongue = turn.client, turn.tongue
    check_own(turn, user)
    if answer == "no":
        client.pending.take(turn.user.id)
        await turn.rewrite(declined_text(tongue))
        return
    if mark != version_mark(client.settings.consent_version):
        # Old terms, agreed to too late.
        await turn.rewrite(*await terms_shown(turn))
        return
    go_on = client.pending.take(turn.user.id)
    await client.affairs.agree(turn.person, keep_inputs=answer == "keep")
    await turn.rewrite(agreed_text(tongue, goes_on=go_on is not None))
    await turn.close()
    if go_on is not None:
        await go_on(turn)
    else:
        await turn.drop_begun()


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
