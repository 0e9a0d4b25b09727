"""What moderators and the operator read about bans, communities, people and the queue; frozen and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tasks.records import Job, Person, Place, Scalar

# A worker says every 15 that it is there.
SILENT_SECONDS = 60.0


@dataclass(frozen=True)
class Ban:
    """A ban. `person` is `None` for somebody since forgotten, `place` where it holds everywhere.

    `by` is `None` for the operator, and for people since forgotten.
    """

    id: int
    person: Person | None
    place: Place | None
    at: datetime
    until: datetime | None
    by: Person | None
    reason: str
    in_force: bool


@dataclass(frozen=True)
class BlockedPicture:
    """A picture that may not be used, and what looks like it, if `by_look`. `place` is `None` where it holds
    everywhere, `by` for the operator, and for people since forgotten."""

    id: int
    place: Place | None
    at: datetime
    by: Person | None
    reason: str
    by_look: bool
    in_force: bool


@dataclass(frozen=True)
class RoleAllowance:
    """What members of a role may; `None` says nothing about it."""

    role: str
    member_limit: int | None
    weight: int | None


@dataclass(frozen=True)
class Community:
    """A community's own settings; where one is `None`, the operator's holds."""

    place: Place
    time_zone: str | None
    quota_window: str | None
    member_limit: int | None
    pool_limit: int | None
    cooldown_seconds: int | None
    allowed: bool | None
    paused: bool
    result_hours: int | None
    settings: Mapping[str, Scalar]
    roles: tuple[RoleAllowance, ...]
    members: int


@dataclass(frozen=True)
class Membership:
    """A person in one community, with what was set for them there."""

    place: Place
    member_limit: int | None
    weight: int | None


@dataclass(frozen=True)
class KnownPerson:
    """What the desk keeps about a person; `rows` counts what is kept, by table. `keep_inputs`: they chose
    that their photos stay for a while after a picture."""

    names: tuple[Person, ...]
    since: datetime
    locale: str | None
    keep_inputs: bool
    consents: tuple[str, ...]
    memberships: tuple[Membership, ...]
    rows: Mapping[str, int]


@dataclass(frozen=True)
class QueueStatus:
    """The queue now. `workers` counts those that hold a job; `oldest` is when the job was asked for that
    waits longest; `undelivered` counts answers that front ends owe."""

    paused: bool
    paused_places: tuple[Place, ...]
    queued: int
    running: int
    workers: int
    oldest: datetime | None
    undelivered: int


@dataclass(frozen=True)
class WorkerStanding:
    """A worker by its own word, and for how long it has been silent. `job`: which it holds, if any, and at
    which of how many steps."""

    name: str
    begun_at: datetime
    silent_seconds: float
    resting: bool
    models: tuple[str, ...]
    served: int
    model_bytes: int | None
    gpu_bytes: int | None
    job: int | None
    step: int
    steps: int

    @property
    def silent(self) -> bool:
        """Whether several words in a row did not come."""
        return self.silent_seconds > SILENT_SECONDS


@dataclass(frozen=True)
class Filed:
    """A report's number. `repeated`: one of this person about this picture was open already."""

    id: int
    repeated: bool


@dataclass(frozen=True)
class ReportedJob:
    """A picture that waits for moderators: what was said in each open report, and since when the first."""

    job: Job
    reasons: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class Appeal:
    """What the owner of a removed picture says. `banned`: whether they are shut out of the community now."""

    id: int
    job: Job
    text: str
    at: datetime
    banned: bool


class Verdict(StrEnum):
    """What moderators decided about a picture, as its owner is told."""

    REMOVED = "removed"
    UPHELD = "upheld"
    GRANTED = "granted"
    # Granted, and a ban lifted that came with it.
    LIFTED = "lifted"


@dataclass(frozen=True)
class Removal:
    """A picture that somebody else took away from its owner. `verdict`: what moderators decided about the
    owner's appeal, `UPHELD` or `GRANTED`, once `appealed` and decided."""

    job: Job
    appealed: bool
    verdict: Verdict | None


@dataclass(frozen=True)
class OwedNotice:
    """What the owner of `job` is still to be told."""

    id: int
    job: Job
    verdict: Verdict
