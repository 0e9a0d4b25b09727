"""What a member agrees to, and what is kept for how long."""

from __future__ import annotations

from bot.core.tongue import Tongue
from config.settings import Settings


def terms(tongue: Tongue, settings: Settings) -> str:
    """What is agreed to before the first picture."""
    return "\n".join(
        [
            tongue.say("**Before your first picture**"),
            "• " + tongue.say("You are 18 or older."),
            "• "
            + tongue.say(
                "The person in a photo is you, or somebody of age who has allowed you to use it for this."
            ),
            "• " + tongue.say("No nudity, and nothing that is meant to hurt or deceive somebody."),
            "• " + keeping(tongue, settings),
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


def keeping(tongue: Tongue, settings: Settings) -> str:
    """What is kept, and for how long: one paragraph, as the settings are."""
    if settings.input_minutes == 0:
        photos = tongue.say("Your photos are deleted when the picture is finished.")
    else:
        photos = tongue.count(
            "Your photos are deleted one minute after the picture is finished.",
            "Your photos are deleted {number} minutes after the picture is finished; until then you can have"
            " it made once more.",
            settings.input_minutes,
        )
    results = tongue.count(
        "Pictures are deleted after one hour.",
        "Pictures are deleted after {number} hours.",
        settings.result_hours,
    )
    sealed = tongue.say("Everything is encrypted; only you and the machine that makes the picture read it.")
    return f"{photos} {results} {sealed}"
