"""What goes wrong before the desk is asked. Like the desk's own errors: typed, with a stable code."""

from __future__ import annotations

from tasks.errors import DeskError


class PictureGone(DeskError):
    """A picture that was made is not kept any longer, or there never was one."""

    code = "picture_gone"


class PhotoMissing(DeskError):
    """Of the photos that a picture is made of, one was not given."""

    code = "photo_missing"


class SeedInvalid(DeskError):
    """A seed is a whole number from 0 to 2147483647."""

    code = "seed_invalid"


class NotModerator(DeskError):
    """Only moderators of the community may do this."""

    code = "not_moderator"


class NotAbove(DeskError):
    """A moderator acts on members of a lower rank only: on no peer, nobody above, not on themselves."""

    code = "not_above"


class NoSavedPhoto(DeskError):
    """Nobody is in the request: no photo came with it, and none is saved."""

    code = "no_saved_photo"


class NoGarment(DeskError):
    """No garment came with the request, and none was put ready before."""

    code = "no_garment"


class WrongChannel(DeskError):
    """The community's moderators have named the channels for pictures, and this is none of them."""

    code = "wrong_channel"


class OnlyInCommunity(DeskError):
    """This can be done in a server or group only, not in a private chat."""

    code = "only_in_community"
