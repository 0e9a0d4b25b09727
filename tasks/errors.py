"""Every error that the desk raises on purpose, as a small tree with stable codes.

A front end maps `error.code` to a sentence in the member's language; the text of the exception is for
the operator, one line, without ids of people. A code never changes its meaning; a new case gets a new code.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

# Which of a job's pictures: the photo of a person, that of a garment, or what was made of them.
Moment = Literal["person", "garment", "result"]
MOMENTS: tuple[Moment, ...] = ("person", "garment", "result")


class DeskError(Exception):
    """Root of the tree. `code` is stable, `str(error)` is one line."""

    code: ClassVar[str] = "desk"


class Refused(DeskError):
    """A request that may not become a job now. Nothing was written and nothing costs.

    `retry_at` (UTC) is when the same request may pass; `None` where time alone does not help, or nobody
    can say.
    """

    code = "refused"

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Banned(Refused):
    """The member is banned, everywhere or in this community; for good where `retry_at` is `None`."""

    code = "banned"


class BannedHere(Banned):
    """Banned in this community only."""

    code = "banned_here"


class ConsentMissing(Refused):
    """The member has not agreed to the present terms, or has taken it back."""

    code = "consent_missing"


class CommunityNotAllowed(Refused):
    """The operator has not let this community in."""

    code = "community_not_allowed"


class CommunityPaused(Refused):
    """The community's moderators have paused it."""

    code = "community_paused"


class TooManyJobs(Refused):
    """As many of the member's jobs are queued or running as one may have at once."""

    code = "too_many_jobs"


class Cooldown(Refused):
    """Too soon after the member's last request."""

    code = "cooldown"


class QuotaExceeded(Refused):
    """The member has no picture left in this window."""

    code = "quota_exceeded"


class PoolExhausted(QuotaExceeded):
    """The whole community has no picture left in this window."""

    code = "pool_exhausted"


class QueueFull(Refused):
    """As many jobs of everybody wait as the operator lets wait; nobody can say until when."""

    code = "queue_full"


class UnknownJob(DeskError):
    """No job has this id."""

    code = "unknown_job"


class UnknownPerson(DeskError):
    """The desk has never seen this person, or has forgotten them."""

    code = "unknown_person"


class UnknownCommunity(DeskError):
    """The desk has never seen anybody of this community."""

    code = "unknown_community"


class UnknownAudit(DeskError):
    """No audit row has this id."""

    code = "unknown_audit"


class NotOwner(DeskError):
    """The job, or the picture, is somebody else's."""

    code = "not_owner"


class WrongState(DeskError):
    """The job, or what a moderator would undo, is not in a state that allows this."""

    code = "wrong_state"


class BannedAlready(WrongState):
    """The person is banned there already, for the same reason and as long."""

    code = "banned_already"


class StaleToken(DeskError):
    """The job was given to somebody else, or has ended, since this token was handed out."""

    code = "stale_token"


class ModelUnavailable(DeskError):
    """No worker that is there has the weights for this kind of picture."""

    code = "model_unavailable"


class OptionInvalid(DeskError):
    """A value in a request is out of its range or contradicts another one."""

    code = "option_invalid"


class Overtaken(DeskError):
    """Somebody it was about was forgotten at the same moment. Nothing was written: do it again."""

    code = "overtaken"


class SettingMissing(DeskError):
    """The operator must give a setting before this can be done; the message names it."""

    code = "setting_missing"


class PortTaken(DeskError):
    """Another process listens on the port, or nobody may."""

    code = "port_taken"


class DatabaseUnavailable(DeskError):
    """The database cannot be reached, is locked for too long, or its disk is full. Nothing was written."""

    code = "database_unavailable"


class BrokerUnavailable(DeskError):
    """Redis cannot be reached. Nothing is lost: the database knows what is to be done."""

    code = "broker_unavailable"


class StoreUnavailable(DeskError):
    """The store cannot be reached or written: no network, no permission, disk full. Nothing was written."""

    code = "store_unavailable"


class PictureMissing(DeskError):
    """No such picture is in the store, or no longer."""

    code = "picture_missing"


class PictureDamaged(DeskError):
    """A picture in the store was changed or cut off, or was sealed under another secret key."""

    code = "picture_damaged"


class PictureTooLarge(DeskError):
    """The picture's file is larger than the operator allows."""

    code = "picture_too_large"


class NameTaken(DeskError):
    """The person has saved another one under this name."""

    code = "name_taken"


class TooManySaved(DeskError):
    """The person has saved as many as the operator allows."""

    code = "too_many_saved"


class UnknownItem(DeskError):
    """The person has saved nothing of this id."""

    code = "unknown_item"


class TooManyReports(DeskError):
    """A person has as many reports open as one may have."""

    code = "too_many_reports"


class OwnPicture(DeskError):
    """Nobody reports their own picture: they can delete it."""

    code = "own_picture"


class NotToAppeal(DeskError):
    """No moderator removed this picture of theirs."""

    code = "not_to_appeal"


class AppealStands(NotToAppeal):
    """Its owner has appealed already, and moderators have not decided yet."""

    code = "appeal_stands"


class AppealDecided(NotToAppeal):
    """Its owner has appealed already, and moderators have decided."""

    code = "appeal_decided"


class RetentionTooLong(DeskError):
    """A community keeps pictures no longer than the operator does."""

    code = "retention_too_long"


class CertificateInvalid(DeskError):
    """The certificate that pictures are signed with, or its key, cannot be used; the message says why."""

    code = "certificate_invalid"


class PictureNotSigned(DeskError):
    """No manifest could be put into a picture, which must not go out without."""

    code = "picture_not_signed"


class PictureTooSmall(DeskError):
    """Too few pixels along one side to work on."""

    code = "picture_too_small"


class PictureUnreadable(DeskError):
    """The bytes are no picture in an accepted format, or are damaged."""

    code = "picture_unreadable"


class Blocked(DeskError):
    """A picture may not be used, or not be shown. Nothing costs. `moment` says which one it was."""

    code = "blocked"

    def __init__(self, moment: Moment) -> None:
        super().__init__(f"the {moment} picture is blocked")
        self.moment = moment

    @property
    def job_code(self) -> str:
        """The code of a job that ends with it: `blocked_listed_person`, `blocked_nsfw_result`, ..."""
        return f"{self.code}_{self.moment}"


class BlockedByList(Blocked):
    """It is on the list of blocked pictures, or looks like one on it."""

    code = "blocked_listed"


class BlockedByClassifier(Blocked):
    """A model takes it for one that is not safe for everybody to see; it may be wrong."""

    code = "blocked_nsfw"


class ClassifierUnusable(DeskError):
    """There is no classifier of pictures although this is production, or it cannot be loaded or used."""

    code = "classifier_unusable"
