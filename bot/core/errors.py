"""What goes wrong before the desk is asked. Like the desk's own errors: typed, with a stable code."""

from __future__ import annotations

from tasks.errors import DeskError


class PhotoUnfit(DeskError):
    """A file that somebody sent cannot be used as a photo."""

    code = "picture"


class PictureUnreadable(PhotoUnfit):
    """No picture of a kind that we read, or a damaged one."""

    code = "picture_unreadable"


class PictureTooSmall(PhotoUnfit):
    """Too few pixels along one side to work on."""

    code = "picture_too_small"


class SeedInvalid(DeskError):
    """A seed is a whole number from 0 to 2147483647."""

    code = "seed_invalid"


class NotModerator(DeskError):
    """Only moderators of the community may do this."""

    code = "not_moderator"


class NotAbove(DeskError):
    """A moderator acts on members of a lower rank only: on no peer, nobody above, not on themselves."""

    code = "not_above"


class OnlyInCommunity(DeskError):
    """This can be done in a server or group only, not in a private chat."""

    code = "only_in_community"
