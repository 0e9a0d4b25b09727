"""Which buttons stand under which message."""

from __future__ import annotations

import discord

from bot.core.progress import Answer
from bot.core.tongue import Tongue
from bot.discord.buttons.job import Action, JobButton, TypeSelect
from tasks.records import Control, Job


def waiting_view(tongue: Tongue, job: Job) -> discord.ui.View | None:
    """Under a placeholder."""
    if job.cancel_requested:
        return None
    view = discord.ui.View(timeout=None)
    view.add_item(JobButton(job.id, Action.CANCEL, tongue.say("Cancel")))
    return view


def answer_view(tongue: Tongue, answer: Answer, *, again: bool, shared: bool) -> discord.ui.View | None:
    """Under a picture; where there is none, nothing can be done with it.

    `again`: whether the photos are kept at this moment, so that it can be made once more. `shared`: whether
    others than its owner see the message.
    """
    if answer.picture is None:
        return None
    job = answer.job
    view = discord.ui.View(timeout=None)
    rows: list[tuple[int, Action, str]] = []
    if again:
        rows += _of_inputs(tongue, job)
        if job.request.control is Control.TRYON:
            view.add_item(TypeSelect(job.id, tongue, job.request.garment_type))
    rows += [(2, Action.ORIGINAL, tongue.say("Original size")), (2, Action.DELETE, tongue.say("Delete"))]
    if shared:
        rows.append((2, Action.REPORT, tongue.say("Report ...")))
    for row, action, label in rows:
        view.add_item(JobButton(job.id, action, label, row))
    return view


def _of_inputs(tongue: Tongue, job: Job) -> list[tuple[int, Action, str]]:
    """What can be done only while both photos are kept."""
    repaint = tongue.say("Repaint off") if job.request.options.get("repaint") else tongue.say("Repaint on")
    rows = [
        (1, Action.AGAIN, tongue.say("Again")),
        (1, Action.SETTINGS, tongue.say("Settings ...")),
        (1, Action.REPAINT, repaint),
        (1, Action.COMPARE, tongue.say("Compare")),
    ]
    if job.request.control is Control.TRYON:
        rows.append((1, Action.SAVE, tongue.say("Save garment ...")))
    return rows
