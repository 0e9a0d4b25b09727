"""What moderators read in lists: jobs, bans, the record of acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.core.member_texts import state_line
from bot.core.tongue import N_, Tongue
from tasks.records import AuditRow, Job
from tasks.reports import Appeal, Ban, ReportedJob

# How a platform names a user by their id, so that their name is shown.
Mention = Callable[[str], str]

# What the record calls acts, and the values that they change, in words.
_ACTS: dict[str, str] = {
    "allow": N_("let the community in or keep it out"),
    "appeal_granted": N_("agreed with an objection"),
    "appeal_upheld": N_("left it removed"),
    "ban": N_("shut out"),
    "ban_changed": N_("changed a ban"),
    "block_picture": N_("blocked a picture"),
    "cancel": N_("stopped a picture"),
    "configure": N_("changed the settings"),
    "grant": N_("gave pictures"),
    "pause": N_("paused the bot"),
    "pause_all": N_("paused everything"),
    "remove": N_("removed a picture"),
    "report_dismissed": N_("left a reported picture"),
    "report_removed": N_("removed a reported picture"),
    "reset": N_("forgave what was used"),
    "resume": N_("resumed the bot"),
    "resume_all": N_("resumed everything"),
    "set_member": N_("changed a member's limit"),
    "set_role": N_("changed a role's limit"),
    "unban": N_("let in again"),
    "unblock_picture": N_("unblocked a picture"),
    "undo": N_("undid an act"),
}
_VALUES: dict[str, str] = {
    "channels": N_("channels"),
    "cooldown_seconds": N_("seconds between two requests"),
    "language": N_("language"),
    "log_channel": N_("log channel"),
    "member_limit": N_("pictures a day"),
    "moderator_roles": N_("moderators' roles"),
    "nsfw_threshold": N_("blocking threshold"),
    "pictures": N_("pictures"),
    "pool_limit": N_("pictures a day for all"),
    "quota_window": N_("window"),
    "reason": N_("reason"),
    "result_hours": N_("hours kept"),
    "time_zone": N_("time zone"),
    "until": N_("ends"),
    "weight": N_("weight"),
}
# What the act's name says already, or only our tables know.
_UNSAID = {"allowed", "entries", "lifted", "open", "paused", "verdict"}
_MAX_VALUES = 120  # characters of what was and is
_MOST_REASONS, _MOST_LETTERS = 3, 150  # of each reported picture


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
    act = tongue.say(_ACTS[row.action]) if row.action in _ACTS else row.action
    return f"{row.id}. {tongue.time(row.at)} {who}: **{act}**{whom}{_values(tongue, row)}{undone}{reason}"


def changes_text(row: AuditRow) -> str:
    """What is not as it was, under the names that the record has; from what, where there was something."""
    return _listed(_changed(row))


def reported_lines(tongue: Tongue, one: ReportedJob, mention: Mention, link: str | None) -> str:
    """A reported picture: whose, since when, and what was said; nobody is told by whom."""
    job = one.job
    head = tongue.count(
        "**Picture {job}** of {user}, reported once, {since}",
        "**Picture {job}** of {user}, reported {number} times, since {since}",
        len(one.reasons),
        job=job.id,
        user=mention(job.asker.user),
        since=one.since,
    )
    said = [f"> {_quoted(reason)[:_MOST_LETTERS]}" for reason in one.reasons[:_MOST_REASONS] if reason]
    return "\n".join([head if link is None else f"{head} {link}", *said])


def appeal_lines(tongue: Tongue, one: Appeal, mention: Mention) -> str:
    """What the owner of a removed picture says."""
    head = tongue.say(
        "**Removed picture {job}**: {user} objects, {since}",
        job=one.job.id,
        user=mention(one.job.asker.user),
        since=one.at,
    )
    return f"{head}\n> {_quoted(one.text)}"


def _quoted(text: str) -> str:
    """On one line, so that nobody writes beyond their quotation."""
    return " ".join(text.split())


def _values(tongue: Tongue, row: AuditRow) -> str:
    named = [
        (tongue.say(_VALUES[name]) if name in _VALUES else name, before, after)
        for name, before, after in _changed(row)
        if name not in _UNSAID
    ]
    text = _listed(named).replace("`", "'")
    return f" `{text}`" if text else ""


def _changed(row: AuditRow) -> list[tuple[str, Any, Any]]:
    before, after = _flat(row.before), _flat(row.after)
    return [(name, before.get(name), value) for name, value in after.items() if before.get(name) != value]


def _listed(changed: Iterable[tuple[str, Any, Any]]) -> str:
    text = ", ".join(
        f"{name}: {_shown(after)}" if before is None else f"{name}: {_shown(before)} → {_shown(after)}"
        for name, before, after in changed
    )
    return text if len(text) <= _MAX_VALUES else text[: _MAX_VALUES - 1] + "…"


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """A community's own settings are kept in a group of their own."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= value if isinstance(value, Mapping) else {name: value}
    # An empty text stands for nothing, as `None` does.
    return {name: None if value == "" else value for name, value in flat.items()}
