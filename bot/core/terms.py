"""What a member agrees to, and what is kept for how long."""

from __future__ import annotations

from typing import Literal

from bot.core.tongue import Tongue
from config.settings import Settings

# How somebody answers to the terms: agrees, agrees and has photos kept for another go, or does not.
ConsentAnswer = Literal["yes", "keep", "no"]


def terms(tongue: Tongue, settings: Settings, result_hours: int | None = None) -> str:
    """What is agreed to before the first picture. `result_hours`: the community's own."""
    return "\n".join(
        [
            tongue.say("**Before your first picture**"),
            "• " + tongue.say("You are 18 or older."),
            "• "
            + tongue.say(
                "The person in a photo is you, or somebody of age who has allowed you to use it for this."
            ),
            "• " + tongue.say("No nudity, and nothing that is meant to hurt or deceive somebody."),
            "• " + keeping(tongue, settings, result_hours),
            "• "
            + tongue.say(
                "Pictures are made by AI, and say so. They are not how the garment will really fit."
            ),
            "",
            tongue.say(
                "Version {version}. You can take your consent back, see and delete everything:"
                " /privacy, /forget.",
                version=settings.consent_version,
            ),
        ]
    )


def consent_choices(tongue: Tongue, settings: Settings) -> list[tuple[ConsentAnswer, str]]:
    """What stands on the buttons under the terms: the two ways to agree, where there are two, and no."""
    choices: list[tuple[ConsentAnswer, str]] = [("yes", tongue.say("I agree"))]
    if settings.input_minutes:
        kept = tongue.say(
            "I agree; keep my photos for another go ({time})", time=duration(tongue, settings.input_minutes)
        )
        choices.append(("keep", kept))
    return [*choices, ("no", tongue.say("No, thank you"))]


def keeping(
    tongue: Tongue,
    settings: Settings,
    result_hours: int | None = None,
    keep_inputs: bool | None = None,
) -> str:
    """What is kept, and for how long: one paragraph, as it holds for a member in a community.

    `keep_inputs`: what the member chose; `None` if they are to choose yet. `result_hours`: what the community
    set.
    """
    offered = settings.input_minutes > 0
    after = duration(tongue, settings.input_minutes)
    if offered and keep_inputs:
        photos = tongue.say(
            "Your photos are deleted {time} after the picture is finished, as you chose; until then you can"
            " have it made once more.",
            time=after,
        )
    elif offered and keep_inputs is None:
        photos = tongue.say(
            "Your photos are deleted when the picture is finished; or, if you choose so, {time} after that,"
            " so that you can have it made once more.",
            time=after,
        )
    else:
        photos = tongue.say("Your photos are deleted when the picture is finished.")
    results = tongue.count(
        "Pictures are deleted after one hour.",
        "Pictures are deleted after {number} hours.",
        min(settings.result_hours, result_hours or settings.result_hours),
    )
    saved = tongue.say("What you save (your own photo, your wardrobe) stays until you remove it.")
    sealed = tongue.say("Everything is encrypted; only you and the machine that makes the picture read it.")
    return f"{photos} {results} {saved} {sealed}"


def duration(tongue: Tongue, minutes: int) -> str:
    """Such as one hour, or 90 minutes."""
    if minutes and minutes % 60 == 0:
        return tongue.count("one hour", "{number} hours", minutes // 60)
    return tongue.count("one minute", "{number} minutes", minutes)
