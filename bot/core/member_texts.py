"""What a member reads about their own affairs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.affairs import Export, MemberStanding, Waiting
from bot.core.terms import duration, keeping
from bot.core.tongue import N_, Tongue
from config.settings import Settings
from tasks.keeping.forget import ForgottenPerson
from tasks.records import Garment, GarmentType, Job, JobState, Quota, Window
from tasks.reports import Filed, QueueStatus

TYPE_NAMES: dict[GarmentType, str] = {
    "upper_body": N_("Top"),
    "lower_body": N_("Trousers or skirt"),
    "dresses": N_("Dress"),
}
STATE_NAMES: dict[JobState, str] = {
    JobState.QUEUED: N_("waiting"),
    JobState.RUNNING: N_("in the making"),
    JobState.SUCCEEDED: N_("finished"),
    JobState.FAILED: N_("failed"),
    JobState.CANCELLED: N_("cancelled"),
}
# Of long names as many as a message holds.
_MOST_GARMENTS = 20


def quota_text(tongue: Tongue, mine: Quota) -> str:
    """A member's quota in a few lines."""
    lines = [
        tongue.count("**You have one picture left.**", "**You have {number} pictures left.**", mine.left),
    ]
    if mine.window is Window.DAILY:
        lines.append(tongue.say("Used today: {used} of {limit}.", used=mine.used, limit=mine.limit))
    else:
        lines.append(
            tongue.say("Used in the last 24 hours: {used} of {limit}.", used=mine.used, limit=mine.limit)
        )
    if mine.bonus:
        lines.append(
            tongue.count(
                "On top of that you have one more, which stays until you use it.",
                "On top of that you have {number} more, which stay until you use them.",
                mine.bonus,
            )
        )
    if mine.pool_left is not None:
        lines.append(
            tongue.count(
                "This community has one picture left for everybody.",
                "This community has {number} pictures left for everybody.",
                mine.pool_left,
            )
        )
    if mine.resets_at is not None:
        lines.append(tongue.say("The next ones come {when}.", when=mine.resets_at))
    lines.append(tongue.say("A picture that fails or is cancelled costs nothing."))
    return "\n".join(lines)


def queue_text(tongue: Tongue, status: QueueStatus) -> str:
    """The whole queue in a line."""
    if status.paused:
        return tongue.say("The queue is paused for maintenance. What you asked for waits, and is not lost.")
    waiting = tongue.count("One picture is waiting.", "{number} pictures are waiting.", status.queued)
    making = tongue.count("One is in the making.", "{number} are in the making.", status.running)
    return f"{waiting} {making}"


def waiting_text(tongue: Tongue, waiting: Waiting) -> str:
    """One line about a job of the member's own that has not ended."""
    if waiting.job.state is JobState.RUNNING:
        return "• " + tongue.say("Yours (number {job}) is in the making.", job=waiting.job.id)
    if waiting.ready_at is None:
        return "• " + tongue.say(
            "Yours (number {job}): {before} before it.", job=waiting.job.id, before=waiting.position
        )
    return "• " + tongue.say(
        "Yours (number {job}): {before} before it, ready about {when}.",
        job=waiting.job.id,
        before=waiting.position,
        when=waiting.ready_at,
    )


def privacy_text(
    tongue: Tongue, settings: Settings, standing: MemberStanding, result_hours: int | None = None
) -> str:
    """What is kept, whether they agreed, what they can do. `result_hours`: the community's own."""
    version = settings.consent_version
    consent = (
        tongue.say("You agreed to version {version} of the terms.", version=version)
        if standing.agreed
        else tongue.say("You have not agreed to the terms, so none of your photos is taken in.")
    )
    return "\n".join(
        [
            tongue.say("**Your privacy**"),
            keeping(tongue, settings, result_hours, standing.keep_inputs if standing.agreed else None),
            tongue.say(
                "Beside that I keep your user number, how many pictures you made and when, your consent, what"
                " you reported, and what moderators decided about you. Nothing is given to anybody, and"
                " nothing is learned from your photos."
            ),
            consent,
            tongue.say("Get everything: /export. Delete everything: /forget."),
        ]
    )


def help_text(tongue: Tongue, more_ways: Sequence[str] = ()) -> str:
    """What there is. `more_ways`: lines about ways to ask for a picture that only this platform has."""
    pictures = [
        (tongue.say("/tryon"), tongue.say("a photo of you and one of a garment")),
        (tongue.say("/pose"), tongue.say("a photo of you and one of a pose")),
    ]
    affairs = [
        (tongue.say("/quota"), tongue.say("how many pictures you have left")),
        (tongue.say("/queue"), tongue.say("where your pictures are in the queue")),
        (tongue.say("/history"), tongue.say("what you had made, to see it again")),
        (
            tongue.say("/me photo"),
            tongue.say("save a photo of yourself, so that you need not send it each time"),
        ),
        (tongue.say("/wardrobe"), tongue.say("keep garments under a name, and wear them")),
        (tongue.say("/privacy"), tongue.say("what is kept, and your consent")),
        (tongue.say("/export"), tongue.say("get everything that is kept about you")),
        (tongue.say("/forget me"), tongue.say("have everything deleted")),
    ]
    return "\n".join(
        [
            tongue.say("**See yourself in a garment**"),
            *(f"`{command}` {what}" for command, what in pictures),
            *more_ways,
            *(f"`{command}` {what}" for command, what in affairs),
            "",
            tongue.say(
                "Best photos: one person, from the front, in good light; the garment alone, on something"
                " plain."
            ),
            tongue.say(
                "Under each picture there are buttons: delete, report, and, while your photos are kept,"
                " another go, other settings, compare."
            ),
        ]
    )


def agreed_text(tongue: Tongue, *, goes_on: bool) -> str:
    """After consent. `goes_on`: what they had asked for before is being made now."""
    thanks = tongue.say("Thank you. You can take it back at any time: /privacy.")
    return thanks if goes_on else thanks + "\n" + tongue.say("Now ask for your picture once more.")


def declined_text(tongue: Tongue) -> str:
    """After the terms were not agreed to."""
    return tongue.say("All right. Nothing was kept, and no picture will be made.")


def revoked_text(tongue: Tongue, cancelled: int) -> str:
    """After consent was taken back; `cancelled` pictures were waiting."""
    text = tongue.say("Your consent is taken back: I make no more pictures for you until you agree again.")
    if cancelled:
        text += "\n" + tongue.count(
            "One picture that was waiting is cancelled.",
            "{number} pictures that were waiting are cancelled.",
            cancelled,
        )
    return text + "\n" + tongue.say("To delete everything that is kept about you: /forget.")


def forget_question(tongue: Tongue) -> str:
    """Before a member is forgotten: there is no way back."""
    return tongue.say(
        "I delete everything about you, everywhere: photos, pictures, what you saved, your consent and"
        " what you made. What waits is cancelled. There is no way back. Pictures that stand in a chat"
        " stay there until you delete them."
    )


def forgotten_text(tongue: Tongue, forgotten: ForgottenPerson) -> str:
    """After a member was forgotten: what was deleted."""
    rows = forgotten.rows
    jobs, photos = rows.get("jobs", 0), rows.get("saved_photos", 0)
    garments, consents = rows.get("wardrobe_items", 0), rows.get("consents", 0)
    others = sum(rows.values()) - jobs - photos - garments - consents
    parts = [
        tongue.count("one picture or photo", "{number} pictures and photos", forgotten.pictures),
        tongue.count("one request", "{number} requests", jobs),
        tongue.count("one saved photo", "{number} saved photos", photos),
        tongue.count("one garment of your wardrobe", "{number} garments of your wardrobe", garments),
        tongue.count("one consent", "{number} consents", consents),
        tongue.count("one other entry", "{number} other entries", others),
    ]
    lines = [tongue.say("Done. This was deleted:"), *(f"• {part}" for part in parts)]
    lines.append(
        tongue.say(
            "What remains are sums without your name, reports of yours without your words, and, if you are"
            " banned, a mark by which only you would be known again."
        )
    )
    return "\n".join(lines)


def export_text(tongue: Tongue, export: Export) -> str:
    """With the file."""
    if export.complete:
        return tongue.count(
            "Everything that is kept about you, with one picture.",
            "Everything that is kept about you, with {number} pictures.",
            export.pictures,
        )
    return tongue.say(
        "Everything that is kept about you, but without the pictures: together they are too large to be sent"
        " here. Get those you want one by one with /history and /wardrobe, or remove some and ask once more."
    )


def inputs_text(tongue: Tongue, settings: Settings, *, keep: bool) -> str:
    """After the choice was made anew."""
    if keep:
        return tongue.say(
            "From now on I keep your photos for {time} after each picture, so that you can have another go.",
            time=duration(tongue, settings.input_minutes),
        )
    return tongue.say(
        "From now on your photos are deleted when the picture is finished. Those that were kept are deleted."
    )


def wardrobe_text(tongue: Tongue, garments: Sequence[Garment]) -> str:
    """By name, with their types."""
    if not garments:
        return tongue.say("Your wardrobe is empty. Hang something into it: /wardrobe add.")
    lines = [
        f"• {one.name} ({tongue.say(TYPE_NAMES[one.garment_type])})" for one in garments[:_MOST_GARMENTS]
    ]
    if more := len(garments) - len(lines):
        lines.append(tongue.count("One more hangs there.", "{number} more hang there.", more))
    return "\n".join([*lines, tongue.say("To try one on: /wardrobe wear.")])


def hung_text(tongue: Tongue, name: str) -> str:
    """After a garment was saved."""
    return tongue.say("“{name}” hangs in your wardrobe now. To try it on: /wardrobe wear.", name=name)


def taken_out_text(tongue: Tongue, name: str) -> str:
    """After a garment was taken out of the wardrobe."""
    return tongue.say("“{name}” is out of your wardrobe.", name=name)


def reported_text(tongue: Tongue, filed: Filed) -> str:
    """After a report."""
    if filed.repeated:
        return tongue.say("You have reported this picture already; the moderators will look at it.")
    return tongue.say("Thank you. The moderators will look at it; they are not told who you are.")


def appealed_text(tongue: Tongue) -> str:
    """After an appeal."""
    return tongue.say("Thank you. The moderators will read it, and you will hear from me.")


def state_line(tongue: Tongue, job: Job) -> str:
    """One line about a job, with its number."""
    state = tongue.say("removed") if job.error_code == "removed" else tongue.say(STATE_NAMES[job.state])
    return f"• {job.id}: {state}, {tongue.time(job.submitted_at)}"


def history_text(tongue: Tongue, jobs: Sequence[Job]) -> str:
    """What a member had made, newest first."""
    if not jobs:
        return tongue.say("You have not made any picture yet. Begin with /tryon.")
    lines = [state_line(tongue, job) for job in jobs]
    return "\n".join([*lines, tongue.say("To see one again: /history with its number.")])
