"""One sentence for each error code, with what to do next: a closed table, so that nobody reads a code.

What is nobody's doing but ours is one sentence with an id, by which the operator finds it in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.tongue import N_, Tongue


@dataclass(frozen=True)
class _Refusal:
    """`until` is said where it is known from when on the same would pass; it has `{when}`."""

    text: str
    until: str | None = None


_REFUSALS: dict[str, _Refusal] = {
    # The gates of the desk.
    "banned": _Refusal(
        N_("You cannot use this bot. If you think that is a mistake, write to its operator."),
        N_("You cannot use this bot for now. You can again {when}."),
    ),
    "banned_here": _Refusal(
        N_("The moderators here have shut you out of this bot. If you think that is a mistake, ask them."),
        N_("The moderators here have shut you out of this bot. You can use it again {when}."),
    ),
    "consent_missing": _Refusal(
        N_("I may make a picture only after you agree to the terms. Ask once more, and I show them to you.")
    ),
    "community_not_allowed": _Refusal(
        N_("This community may not use the bot. Its operator decides that; ask them to let it in.")
    ),
    "community_paused": _Refusal(
        N_("The moderators have paused the bot here. Please come back when they have resumed it.")
    ),
    "too_many_jobs": _Refusal(
        N_("You have as many pictures in the making as one may have at once. Wait for one, or cancel one.")
    ),
    "cooldown": _Refusal(
        N_("That was a little fast. Please wait a moment, and ask again."),
        N_("That was a little fast. Please ask again {when}."),
    ),
    "quota_exceeded": _Refusal(
        N_("You have no picture left. A moderator can give you more."),
        N_("You have used up your pictures. There are new ones {when}; a moderator can give you more."),
    ),
    "pool_exhausted": _Refusal(
        N_("This community has no picture left. A moderator can raise its limit."),
        N_("This community has used up its pictures. There are new ones {when}."),
    ),
    "queue_full": _Refusal(N_("Too many people are waiting just now. Please ask again in a few minutes.")),
    # What was asked for.
    "unknown_job": _Refusal(N_("I do not know this picture any more. It was deleted, or it never was.")),
    "unknown_person": _Refusal(N_("I keep nothing about this person.")),
    "unknown_community": _Refusal(N_("Nobody has used the bot in this community yet.")),
    "unknown_audit": _Refusal(N_("There is no act with this number. Look it up in the record.")),
    "not_owner": _Refusal(N_("This picture is somebody else's. Make your own, or ask its owner.")),
    "not_moderator": _Refusal(N_("Only moderators may do that. Ask one of them.")),
    "not_above": _Refusal(N_("You can do that only to members whose rank is below yours.")),
    "wrong_channel": _Refusal(
        N_("Pictures are made in other channels here. The moderators say which: ask them, or try there.")
    ),
    "only_in_community": _Refusal(N_("That works in a server only, not in a private chat.")),
    "wrong_state": _Refusal(N_("It is too late for that: it has changed in the meantime.")),
    "banned_already": _Refusal(
        N_("They are shut out already. To change that, say another reason or another length.")
    ),
    "option_invalid": _Refusal(
        N_("One of the values does not fit. Check what you entered, and ask once more.")
    ),
    "seed_invalid": _Refusal(
        N_("The seed must be a whole number from 0 to 2147483647. Leave it out for any.")
    ),
    "model_unavailable": _Refusal(
        N_("This bot has no model for that kind of picture. Its operator can install one.")
    ),
    "removed": _Refusal(N_("This picture was removed.")),
    # The photos.
    "picture": _Refusal(N_("I cannot use this file as a photo. Please send another one.")),
    "picture_unreadable": _Refusal(
        N_("I cannot read this file as a picture. Please send it as JPEG, PNG or WebP.")
    ),
    "picture_truncated": _Refusal(
        N_("This picture arrived incomplete. Please send it again, straight from your camera or gallery.")
    ),
    "picture_too_large": _Refusal(
        N_("This picture is too large. Please send a smaller one: a photo straight from a phone will do.")
    ),
    "picture_too_small": _Refusal(
        N_("This picture is too small. Please send a larger one: 768 by 1024 pixels or more is best.")
    ),
    "photo_missing": _Refusal(N_("A photo is missing. Choose both first.")),
    "picture_missing": _Refusal(
        N_("These photos are not kept any longer. Please send them again with a new request.")
    ),
    "picture_gone": _Refusal(N_("This picture is not kept any longer. You can make it again.")),
    "garment_not_found": _Refusal(
        N_("I cannot tell the garment from its background. Photograph it alone, on something plain.")
    ),
    "person": _Refusal(N_("I cannot work with this photo. Send one of one person, facing the camera.")),
    "person_not_found": _Refusal(
        N_("I found nobody in this photo. Send one of one person, facing the camera, in good light.")
    ),
    "person_too_small": _Refusal(
        N_("The person in this photo is too small. Send one that shows them from head to thigh.")
    ),
    "photo_too_dark": _Refusal(N_("This photo is too dark. Send one that was taken in better light.")),
    "back_view": _Refusal(N_("The person is seen from behind. Send a photo that shows them from the front.")),
    "mask": _Refusal(N_("I cannot see where the garment belongs in this photo. Try another photo.")),
    "mask_empty": _Refusal(
        N_("I cannot see where this garment belongs. Is the garment type right? If so, try another photo.")
    ),
    # What may not be used or shown.
    "blocked": _Refusal(N_("This picture may not be used here. If that is a mistake, ask a moderator.")),
    "blocked_listed": _Refusal(
        N_("This picture was blocked by moderators. If that is a mistake, ask one of them.")
    ),
    "blocked_listed_person": _Refusal(
        N_("The photo of the person was blocked by moderators. If that is a mistake, ask one of them.")
    ),
    "blocked_listed_garment": _Refusal(
        N_("The photo of the garment was blocked by moderators. If that is a mistake, ask one of them.")
    ),
    "blocked_listed_result": _Refusal(
        N_(
            "The finished picture looks like one that moderators blocked, so it is not shown. Try other"
            " photos."
        )
    ),
    "blocked_nsfw": _Refusal(
        N_("This picture is not fit for everybody. Try another one; if that is a mistake, ask a moderator.")
    ),
    "blocked_nsfw_person": _Refusal(
        N_("The photo of the person is not fit for everybody. Try another one, fully dressed.")
    ),
    "blocked_nsfw_garment": _Refusal(
        N_("The photo of the garment is not fit for everybody. Try another one, of the garment alone.")
    ),
    "blocked_nsfw_result": _Refusal(
        N_("The finished picture is not fit for everybody, so it is not shown. Try other photos.")
    ),
    # Names and keepsakes.
    "unknown_item": _Refusal(N_("You have saved nothing under this name. Look at your list.")),
    "no_saved_photo": _Refusal(
        N_("Whom shall I dress? Add a photo of yourself, or save one for good with /me photo.")
    ),
    "no_garment": _Refusal(
        N_("Which garment? Add a photo of one, or take one from your wardrobe: /wardrobe wear.")
    ),
    "name_taken": _Refusal(N_("You have saved something under this name already. Choose another one.")),
    "too_many_saved": _Refusal(N_("You have saved as much as one may. Remove something first.")),
    # Reports and what moderators decide.
    "too_many_reports": _Refusal(
        N_("You have reported a lot already. Please wait until the moderators have looked at it.")
    ),
    "own_picture": _Refusal(N_("This picture is your own. If it shall go, press Delete.")),
    "not_to_appeal": _Refusal(N_("There is nothing to object to: no moderator removed this picture.")),
    "appeal_stands": _Refusal(
        N_(
            "You have objected to this already, and once is enough: the moderators will decide, and you will"
            " hear from me."
        )
    ),
    "appeal_decided": _Refusal(
        N_("You have objected to this already, and the moderators have decided. One objects only once.")
    ),
    "retention_too_long": _Refusal(
        N_("Pictures are not kept longer here than everywhere else. Choose fewer hours.")
    ),
    # Times when the same passes later.
    "database_unavailable": _Refusal(N_("I cannot take requests just now. Please try again in a minute.")),
    "store_unavailable": _Refusal(N_("I cannot take pictures just now. Please try again in a minute.")),
    "broker_unavailable": _Refusal(N_("I cannot take requests just now. Please try again in a minute.")),
    "overtaken": _Refusal(N_("Somebody changed the same thing at the same moment. Please do it once more.")),
    "out_of_memory": _Refusal(
        N_("There was not enough memory for this picture. Try again later, or with a smaller photo.")
    ),
    "too_slow": _Refusal(N_("The picture took too long, and was stopped. Please try again later.")),
    "worker_lost": _Refusal(N_("The machine that was making your picture failed. Please try again.")),
}

# Our own faults, or the operator's: members cannot do anything about them.
_INSIDE = frozenset(
    {
        "cancelled",
        "certificate_invalid",
        "classifier_unusable",
        "config_invalid",
        "data",
        "data_missing",
        "data_unreadable",
        "desk",
        "disk_full",
        "engine_failed",
        "leffa",
        "licence_not_accepted",
        "maps_invalid",
        "maps_missing",
        "model_unknown",
        "package_missing",
        "picture_damaged",
        "picture_not_signed",
        "port_taken",
        "refused",
        "run",
        "setting_missing",
        "stale_token",
        "weights",
        "weights_busy",
        "weights_corrupt",
        "weights_mismatch",
        "weights_missing",
        "weights_unavailable",
        "weights_unreadable",
        "weights_unsafe",
    }
)
CODES = _REFUSALS.keys() | _INSIDE


def is_inside(code: str) -> bool:
    """Whether a code is told by an id instead of a sentence of its own; what nobody knows is, too."""
    return code not in _REFUSALS


def refusal(tongue: Tongue, code: str, *, reference: str, retry_at: datetime | None = None) -> str:
    """What a member reads. `reference` is said where it is our fault: the id by which the log tells more."""
    if is_inside(code):
        return tongue.say(
            "Something went wrong on my side. Please try again later. If it goes on, tell a moderator"
            " this number: {reference}",
            reference=reference,
        )
    known = _REFUSALS[code]
    if retry_at is not None and known.until is not None:
        return tongue.say(known.until, when=retry_at)
    return tongue.say(known.text)
