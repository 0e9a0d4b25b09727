"""Which buttons stand under which message. A button's data is all that is known of it when it is pressed."""

from __future__ import annotations

from enum import StrEnum

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.asking import first_of, has_second
from bot.core.member_texts import TYPE_NAMES
from bot.core.progress import Answer
from bot.core.tongue import Tongue
from tasks.records import Control, Job


class Action(StrEnum):
    """What a button does; part of its data, so never to be renamed."""

    CANCEL = "cancel"
    SWAP = "swap"
    AGAIN = "again"
    SETTINGS = "settings"
    REPAINT = "repaint"
    TYPE = "type"
    COMPARE = "compare"
    ORIGINAL = "original"
    DELETE = "delete"
    SAVE = "save"
    REPORT = "report"
    APPEAL = "appeal"


def job_button(job_id: int, action: Action, label: str, detail: str = "") -> InlineKeyboardButton:
    """`j:<job>:<action>`, and a detail behind it where the action has one; at most 64 bytes, as Telegram
    has it."""
    data = f"j:{job_id}:{action}" + (f":{detail}" if detail else "")
    return InlineKeyboardButton(label, callback_data=data)


def waiting_keyboard(tongue: Tongue, job: Job, *, may_swap: bool) -> InlineKeyboardMarkup | None:
    """Under a placeholder. `may_swap`: which photo is whose was guessed."""
    if job.cancel_requested:
        return None
    cancel = job_button(job.id, Action.CANCEL, tongue.say("Cancel"))
    if not may_swap:
        return InlineKeyboardMarkup([[cancel]])
    if not has_second(job):
        return InlineKeyboardMarkup(
            [[job_button(job.id, Action.SWAP, tongue.say("Swap the photos")), cancel]]
        )
    person = job_button(job.id, Action.SWAP, tongue.say("Another one is the person"), "person")
    garments = job_button(job.id, Action.SWAP, tongue.say("Swap the garments"), "garments")
    return InlineKeyboardMarkup([[person], [garments, cancel]])


def answer_keyboard(
    tongue: Tongue, answer: Answer, *, again: bool, shared: bool
) -> InlineKeyboardMarkup | None:
    """Under a picture; where there is none, nothing can be done with it.

    `again`: whether the photos are kept at this moment, so that it can be made once more. `shared`: whether
    others than its owner see the message.
    """
    if answer.picture is None:
        return None
    job = answer.job
    rows = _of_inputs(tongue, job) if again else []
    rows.append(
        [
            job_button(job.id, Action.ORIGINAL, tongue.say("Original size")),
            job_button(job.id, Action.DELETE, tongue.say("Delete")),
        ]
    )
    if shared:
        rows.append([job_button(job.id, Action.REPORT, tongue.say("Report ..."))])
    return InlineKeyboardMarkup(rows)


def type_keyboard(tongue: Tongue, job: Job) -> InlineKeyboardMarkup:
    """The garment types, for the picture once more."""
    return InlineKeyboardMarkup(
        [
            [job_button(job.id, Action.TYPE, tongue.say(label), name)]
            for name, label in TYPE_NAMES.items()
            if name != job.request.garment_type
        ]
    )


def _of_inputs(tongue: Tongue, job: Job) -> list[list[InlineKeyboardButton]]:
    """What can be done only while both photos are kept."""
    repaint = tongue.say("Repaint off") if job.request.options.get("repaint") else tongue.say("Repaint on")
    rows = [
        [
            job_button(job.id, Action.AGAIN, tongue.say("Again")),
            job_button(job.id, Action.SETTINGS, tongue.say("Settings ...")),
            job_button(job.id, Action.REPAINT, repaint),
        ],
        [job_button(job.id, Action.COMPARE, tongue.say("Compare"))],
    ]
    if job.request.control is Control.TRYON:
        rows[1].append(job_button(job.id, Action.TYPE, tongue.say("Another type ...")))
        rows[1].append(job_button(job.id, Action.SAVE, tongue.say("Save garment ...")))
        if first_of(job) is None:
            rows.append([job_button(job.id, Action.SWAP, tongue.say("Swap the photos"))])
    return rows
