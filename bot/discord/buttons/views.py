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


def answer_view(tongue: Tongue, answer: Answer) -> discord.ui.View | None:
    """Under a picture; where there is none, nothing can be done with it."""
    if answer.picture is None:
        return None
    job = answer.job
    view = discord.ui.View(timeout=None)
    if job.request.control is Control.TRYON:
        view.add_item(TypeSelect(job.id, tongue, job.request.garment_type))
    repaint = tongue.say("Repaint off") if job.request.options.get("repaint") else tongue.say("Repaint on")
    for row, action, label in (
        (1, Action.AGAIN, tongue.say("Again")),
        (1, Action.SETTINGS, tongue.say("Settings ...")),
        (1, Action.REPAINT, repaint),
        (1, Action.COMPARE, tongue.say("Compare")),
        (2, Action.ORIGINAL, tongue.say("Original size")),
        (2, Action.DELETE, tongue.say("Delete")),
    ):
        view.add_item(JobButton(job.id, action, label, row))
    return view
