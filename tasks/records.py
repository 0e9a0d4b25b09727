"""What goes in and out of the desk: frozen, typed, and without a word of any platform or database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypedDict

from tasks.errors import OptionInvalid

GarmentType = Literal["upper_body", "lower_body", "dresses"]
GARMENT_TYPES: tuple[GarmentType, ...] = ("upper_body", "lower_body", "dresses")
Scalar = str | int | float | bool | None

PhotoKind = Literal["person", "garment"]
MAX_CAPTION = 1024  # characters of what somebody wrote to a photo
MAX_TEXT = 300  # characters of an id, a key or a reason
MAX_CODE = 40  # characters of an error's code
MAX_NAME = 60  # characters of what people call what they save
MAX_STEPS = 1000
MAX_PRIORITY = 9
MAX_WEIGHT = 100
MAX_PICTURES = 1_000_000
MAX_COOLDOWN = 86_400  # seconds between two requests
MAX_RESULT_HOURS = 8760


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Control(StrEnum):
    TRYON = "tryon"
    POSE = "pose"


class Window(StrEnum):
    """Over which time pictures are counted: the community's calendar day, or the last 24 hours."""

    DAILY = "daily"
    ROLLING = "rolling"


class Bell(StrEnum):
    """Why an outbox row was written."""

    QUEUED = "queued"
    CANCELLING = "cancelling"
    ENDED = "ended"


@dataclass(frozen=True)
class Person:
    """A user, as their platform names them."""

    platform: str
    user: str


@dataclass(frozen=True)
class Place:
    """A community (a server, a group, one person's private chat), as its platform names it."""

    platform: str
    community: str


@dataclass(frozen=True)
class Asker:
    """A user in a community, with the roles that the platform says they have there."""

    platform: str
    community: str
    user: str
    roles: tuple[str, ...] = ()

    @property
    def person(self) -> Person:
        return Person(self.platform, self.user)

    @property
    def place(self) -> Place:
        return Place(self.platform, self.community)


@dataclass(frozen=True)
class Request:
    """One picture that somebody asks for. Raises `OptionInvalid` where a value is out of range.

    `request_id` is the platform's own id of the event, so that a repeated event is the same job.
    `source_key` and `reference_key` name the two photos in the store, `later_key` one that is needed until
    the job is delivered, for another job to follow. `steps` is how many steps the worker will count.
    `mask_key` names a mask of the owner's own, for try-on. A `look` makes no picture but the mask that would
    be taken, and is free. `priority` (0 to 9, higher first) orders the member's own jobs only. `options` and
    `address` (where the answer goes) are kept for the worker and the front end; the desk does not read them.
    """

    request_id: str
    control: Control
    model: str
    source_key: str
    reference_key: str
    garment_type: GarmentType | None = None
    steps: int = 30
    priority: int = 0
    options: Mapping[str, Scalar] = field(default_factory=dict)
    address: Mapping[str, Scalar] = field(default_factory=dict)
    parent_id: int | None = None
    mask_key: str | None = None
    look: bool = False
    later_key: str | None = None

    def __post_init__(self) -> None:
        for name in ("request_id", "model", "source_key", "reference_key"):
            if not 1 <= len(getattr(self, name)) <= MAX_TEXT:
                raise OptionInvalid(f"{name} must have 1 to {MAX_TEXT} characters")
        if (self.control is Control.TRYON) != (self.garment_type is not None):
            raise OptionInvalid("a garment type belongs to try-on, and only there")
        if (self.look or self.mask_key is not None) and self.control is not Control.TRYON:
            raise OptionInvalid("masks belong to try-on, and only there")
        if self.garment_type is not None and self.garment_type not in GARMENT_TYPES:
            raise OptionInvalid(f"the garment type must be one of {', '.join(GARMENT_TYPES)}")
        if not 1 <= self.steps <= MAX_STEPS:
            raise OptionInvalid(f"steps must be 1 to {MAX_STEPS}")
        if not 0 <= self.priority <= MAX_PRIORITY:
            raise OptionInvalid(f"the priority must be 0 to {MAX_PRIORITY}")


@dataclass(frozen=True)
class Job:
    """A job as it stands. `pictures`: keys of what else was kept of its making, by name (`flow`, ...)."""

    id: int
    asker: Asker
    request: Request
    state: JobState
    attempt: int
    step: int
    submitted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    delivered_at: datetime | None
    cancel_requested: bool
    result_key: str | None
    error_code: str | None
    pictures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Submitted:
    """`repeated`: this event was seen before, and `job` is the one it made then."""

    job: Job
    repeated: bool


@dataclass(frozen=True)
class Claim:
    """A job in a worker's hands. `token` proves it until the lease ends or the job is given away.

    Tokens only grow: whoever stores something under one may refuse any lower one.
    """

    token: int
    job: Job
    account_id: int
    lease_until: datetime


@dataclass(frozen=True)
class Heartbeat:
    """`cancel`: somebody asked to stop; call `Desk.cancelled`."""

    lease_until: datetime
    cancel: bool


@dataclass(frozen=True)
class WorkerReport:
    """What a worker says of itself: `resting` after repeated failures, of which `models` it has the weights,
    how many jobs it has `served` since it began, and what its models and the GPU hold, in bytes, where it
    knows."""

    name: str
    resting: bool
    models: Sequence[str]
    served: int
    model_bytes: int | None
    gpu_bytes: int | None


@dataclass(frozen=True)
class Estimate:
    """`position`: jobs that will start before this one (0 for a running one). `seconds` until the picture
    is there, `None` while nothing was measured yet, or while the job waits for a pause to end."""

    position: int
    seconds: float | None


@dataclass(frozen=True)
class Swept:
    """What `Desk.sweep` did: ids of jobs put back, failed, or cancelled."""

    requeued: tuple[int, ...]
    failed: tuple[int, ...]
    cancelled: tuple[int, ...]


@dataclass(frozen=True)
class Figures:
    """How the desk stands: what is queued (`held`: of these, in a paused community), running, ended but
    `undelivered` to its member, and written but `untold` to workers and front ends (outbox rows).

    Ages are in seconds, and 0 where there is nothing. The oldest queued job is one that is not held; the
    oldest heartbeat is that of the running job whose worker has been silent longest.
    """

    queued: int
    held: int
    running: int
    undelivered: int
    untold: int
    oldest_queued_seconds: float
    oldest_heartbeat_seconds: float
    oldest_undelivered_seconds: float
    oldest_untold_seconds: float
    paused: bool
    communities_paused: int


@dataclass(frozen=True)
class OutboxRow:
    """Something that waits to be told to the outside."""

    id: int
    bell: Bell
    job_id: int


@dataclass(frozen=True)
class Told:
    """Something that a platform told a front end. `event` is its own id of it, `body` everything that was
    said. `note`: what a process noted down that did not come to the end."""

    event: str
    body: str = field(repr=False)
    note: str | None = None


LimitSource = Literal["member", "role", "community", "global"]


@dataclass(frozen=True)
class Quota:
    """What a member may still make. `left` counts what remains of the limit and the bonus together,
    within the community's pool. `resets_at` is when something comes back: the next local midnight, or,
    rolling, when the oldest picture leaves the window; `None` when nothing is used."""

    window: Window
    limit: int
    source: LimitSource
    used: int
    bonus: int
    pool_left: int | None
    left: int
    resets_at: datetime | None


class CommunityChanges(TypedDict, total=False):
    """Settings of a community; `None` takes the operator's own. `settings` is the front end's own."""

    time_zone: str | None
    quota_window: Window | None
    member_limit: int | None
    pool_limit: int | None
    cooldown_seconds: int | None
    result_hours: int | None
    settings: Mapping[str, Scalar]


@dataclass(frozen=True)
class AuditRow:
    """One act. `actor` is `None` for the operator (`by_operator`), and for people since forgotten; `subject`
    and `place` say whom and where it was about, where it was about somebody or somewhere."""

    id: int
    at: datetime
    actor: Person | None
    action: str
    target: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    reason: str
    undoes: int | None
    undone_by: int | None
    subject: Person | None
    place: Place | None
    by_operator: bool


@dataclass(frozen=True)
class Fingerprint:
    """By what a picture is known again (see `tasks.screening.fingerprint`): `exact` by its bytes, 64
    hexadecimal digits; `look`, and in a mirror `mirrored`, by what it looks like, 36 digits, `None` for one
    without contrast."""

    exact: str
    look: str | None
    mirrored: str | None


@dataclass(frozen=True)
class Forgotten:
    """How many rows of each kind went, and which keys the caller must now delete from the store."""

    rows: Mapping[str, int]
    store_keys: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A photo that waits for its other half. Raises `OptionInvalid` where a value is out of range.

    `message` and `album` are the platform's ids, `kind` what the photo shows, and `garment_type` of which
    type the garment is, if somebody said so. `id`, `added_at` and `taken` are the desk's to say.
    """

    key: str
    message: str
    album: str | None = None
    kind: PhotoKind | None = None
    garment_type: GarmentType | None = None
    caption: str | None = None
    id: int = 0
    added_at: datetime | None = None
    taken: bool = False

    def __post_init__(self) -> None:
        for name in ("key", "message"):
            if not 1 <= len(getattr(self, name)) <= MAX_TEXT:
                raise OptionInvalid(f"{name} must have 1 to {MAX_TEXT} characters")
        if len(self.album or "") > MAX_TEXT or len(self.caption or "") > MAX_CAPTION:
            raise OptionInvalid(f"an album has {MAX_TEXT}, a caption {MAX_CAPTION} characters at most")
        if self.kind not in (None, "person", "garment"):
            raise OptionInvalid("a photo shows a person or a garment")
        if self.garment_type not in (None, *GARMENT_TYPES):
            raise OptionInvalid("there is no such type of garment")


@dataclass(frozen=True)
class SavedPhoto:
    """A photo that somebody keeps; `key` is its picture in the store."""

    id: int
    name: str
    key: str
    saved_at: datetime


@dataclass(frozen=True)
class Garment:
    """A garment in somebody's wardrobe; `key` is its picture in the store."""

    id: int
    name: str
    garment_type: GarmentType
    key: str
    saved_at: datetime
