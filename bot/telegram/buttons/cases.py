"""What waits for a group's moderators, with a button for each decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.moderator_texts import appeal_lines, reported_lines
from bot.core.tongue import Tongue
from bot.telegram.log_chat import tell_act
from bot.telegram.people import mention
from bot.telegram.said import number_of
from tasks.records import Job
from tasks.reports import Appeal

if TYPE_CHECKING:
    from bot.telegram.turn import Turn

_MOST_CASES = 5
_MOST_LETTERS = 3500


async def docket_shown(turn: Turn) -> tuple[str, InlineKeyboardMarkup | None]:
    """As much as a message holds."""
    tongue = turn.tongue
    docket = await turn.client.complaints.docket(turn.asker.place)
    waiting = [
        *((appeal_lines(tongue, one, mention), _of_appeal(tongue, one)) for one in docket.appeals),
        *(
            (reported_lines(tongue, one, mention, None), _of_report(tongue, one.job))
            for one in docket.reported
        ),
    ]
    if not waiting:
        return tongue.say("Nothing waits for you."), None
    texts: list[str] = []
    rows: list[list[InlineKeyboardButton]] = []
    for text, buttons in waiting[:_MOST_CASES]:
        if sum(map(len, texts)) + len(text) > _MOST_LETTERS:
            break
        texts.append(text)
        rows.append(buttons)
    if more := len(waiting) - len(texts):
        texts.append(tongue.count("One more waits.", "{number} more wait.", more))
    return "\n".join(texts), InlineKeyboardMarkup(rows)


async def decide(turn: Turn, case: str, number: str) -> None:
    """`number`: of the picture for a report, of the appeal for an appeal."""
    client, tongue = turn.client, turn.tongue
    await client.rights.check_moderator(turn)
    complaints = client.complaints
    about_report = case in ("remove", "dismiss")
    job = await (client.affairs.job if about_report else complaints.appealed_job)(number_of(number))
    await client.rights.check_over_owner(turn, job)
    if case == "remove":
        await complaints.remove_reported(turn.person, job.id)
        await client.post.take_down(job)
        what = tongue.say("Picture {number} is taken away.", number=job.id)
    elif case == "dismiss":
        await complaints.dismiss_reports(turn.person, job.id)
        what = tongue.say("Picture {number} stays; its reports are closed.", number=job.id)
    else:
        granted = case != "uphold"
        appeal = number_of(number)
        await complaints.decide_appeal(turn.person, appeal, granted=granted, lift_ban=case == "lift")
        if granted:
            what = tongue.say("The owner of picture {number} was right.", number=job.id)
        else:
            what = tongue.say("Picture {number} stays removed.", number=job.id)
    await tell_act(turn, what)
    text, keyboard = await docket_shown(turn)
    await turn.rewrite(f"{what}\n\n{text}", keyboard)


def _of_appeal(tongue: Tongue, one: Appeal) -> list[InlineKeyboardButton]:
    number = one.job.id
    buttons = [
        _button("uphold", one.id, tongue.say("{number}: stays removed", number=number)),
        _button("grant", one.id, tongue.say("{number}: give one back", number=number)),
    ]
    if one.banned:
        lift = tongue.say("{number}: give one back, lift the ban", number=number)
        buttons.append(_button("lift", one.id, lift))
    return buttons


def _of_report(tongue: Tongue, job: Job) -> list[InlineKeyboardButton]:
    return [
        _button("remove", job.id, tongue.say("{number}: remove", number=job.id)),
        _button("dismiss", job.id, tongue.say("{number}: leave it", number=job.id)),
    ]


def _button(case: str, number: int, label: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"case:{case}:{number}")
