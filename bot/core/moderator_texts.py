"""What moderators read in lists: jobs, bans, the record of acts."""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.core.member_texts import state_line
from bot.core.tongue import Tongue
from tasks.records import AuditRow, Job
from tasks.reports import Ban

# How a platform names a user by their id, so that their name is shown.
Mention = Callable[[str], str]

_MAX_VALUES = 120  # characters of what was and is


def job_line(tongue: Tongue, job: Job, mention: Mention) -> str:
    """A job and whose it is."""
    return f"{state_line(tongue, job)} {mention(job.asker.user)}"


def ban_line(tongue: Tongue, one: Ban, mention: Mention) -> str:
    """A ban, until when and why."""
    who = tongue.say("somebody who was forgotten") if one.person is None else mention(one.person.user)
    until = tongue.say("for good") if one.until is None else tongue.say("ends {when}", when=one.until)
    reason = f" ({one.reason})" if one.reason else ""
    return f"• {who}: {until}{reason}"


def audit_line(tongue: Tongue, row: AuditRow, mention: Mention) -> str:
    """An act: who, what, whom, from what to what, why."""
    if row.by_operator:
        who = tongue.say("the operator")
    else:
        who = tongue.say("somebody who was forgotten") if row.actor is None else mention(row.actor.user)
    whom = "" if row.subject is None else f" → {mention(row.subject.user)}"
    undone = "" if row.undone_by is None else " " + tongue.say("(undone by {act})", act=row.undone_by)
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.id}. {tongue.time(row.at)} {who} `{row.action}`{whom} {_values(row)}{undone}{reason}"


def _values(row: AuditRow) -> str:
    changed = {name: value for name, value in row.after.items() if row.before.get(name) != value}
    text = json.dumps(changed, ensure_ascii=False, default=str).replace("`", "'")
    return f"`{text[:_MAX_VALUES]}`" if changed else ""
