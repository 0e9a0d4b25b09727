"""What a visitor agrees to before the first photo."""

from __future__ import annotations

from bot.core.terms import keeping
from bot.core.tongue import Tongue
from config.settings import Settings


def terms_items(tongue: Tongue, settings: Settings) -> list[str]:
    """One sentence or two each."""
    return [
        tongue.say("You are 18 or older."),
        tongue.say(
            "The person in a photo is you, or somebody of age who has allowed you to use it for this."
        ),
        tongue.say("No nudity, and nothing that is meant to hurt or deceive somebody."),
        keeping(tongue, settings, keep_inputs=False),
        tongue.count(
            "What stands in the form stays with us, too, until you close the page; at the latest one minute"
            " after its last use.",
            "What stands in the form stays with us, too, until you close the page; at the latest {number}"
            " minutes after its last use.",
            settings.upload_grace_minutes,
        ),
        tongue.say("Pictures are made by AI, and say so. They are not how the garment will really fit."),
    ]


def terms_markdown(tongue: Tongue, settings: Settings) -> str:
    """As the page shows them."""
    heading = tongue.say("Before your first picture")
    lines = [
        f"### {heading}",
        *[f"- {item}" for item in terms_items(tongue, settings)],
        "",
        tongue.say(
            "Version {version}. You can take your consent back, and see and delete everything, under"
            " “My pictures”.",
            version=settings.consent_version,
        ),
    ]
    return "\n".join(lines)
