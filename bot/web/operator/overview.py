"""All that the operator's page shows, read from the desk in one go; in a thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.web.visitors import COMMUNITY, PLATFORM
from tasks.desk import Desk
from tasks.errors import UnknownPerson
from tasks.records import Asker, AuditRow, Figures, Job, JobState, Person, Place, Quota
from tasks.reports import (
    Appeal,
    Ban,
    Community,
    KnownPerson,
    Membership,
    QueueStatus,
    ReportedJob,
    WorkerStanding,
)

_JOBS = 200  # the newest, of which plots and outcomes are made
_LISTED = 20
_PAGE = Place(PLATFORM, COMMUNITY)


@dataclass(frozen=True)
class Somebody:
    """A person that was looked for; a quota for each of their communities."""

    known: KnownPerson
    quotas: Sequence[tuple[Membership, Quota]]
    bans: Sequence[Ban]
    jobs: Sequence[Job]


@dataclass(frozen=True)
class Somewhere:
    """A community that was looked for; `audit`: the newest acts about it."""

    community: Community
    bans: Sequence[Ban]
    audit: Sequence[AuditRow]


@dataclass(frozen=True)
class Overview:
    """`waited` and `stepped`: seconds of the newest pictures, oldest first. `outcomes`: how often the newest
    jobs ended how, the most frequent first. `places`: those that the newest jobs came from, or are paused."""

    figures: Figures
    queue: QueueStatus
    workers: Sequence[WorkerStanding]
    waited: Sequence[float]
    stepped: Sequence[float]
    outcomes: Sequence[tuple[str, int]]
    jobs: Sequence[Job]
    places: Sequence[Place]
    reports: Sequence[ReportedJob]
    appeals: Sequence[Appeal]
    bans: Sequence[Ban]
    audit: Sequence[AuditRow]


def look(desk: Desk, state: JobState | None) -> Overview:
    """How everything stands; of the jobs, those in `state` are listed, or all."""
    newest = desk.jobs(limit=_JOBS)
    queue = desk.queue()
    places = sorted(
        {_PAGE, *queue.paused_places, *(job.asker.place for job in newest)},
        key=lambda place: (place.platform, place.community),
    )
    started = [job for job in reversed(newest) if job.started_at is not None]
    made = [job for job in started if job.state is JobState.SUCCEEDED and not job.request.look]
    return Overview(
        figures=desk.figures(),
        queue=queue,
        workers=desk.workers(),
        waited=[(job.started_at - job.submitted_at).total_seconds() for job in started if job.started_at],
        stepped=[
            (job.ended_at - job.started_at).total_seconds() / job.request.steps
            for job in made
            if job.started_at and job.ended_at
        ],
        outcomes=Counter(
            job.error_code or str(job.state) for job in newest if job.ended_at is not None
        ).most_common(),
        jobs=newest[:_LISTED] if state is None else desk.jobs(state=state, limit=_LISTED),
        places=places,
        reports=desk.reported_jobs(None, _LISTED),
        appeals=desk.open_appeals(None, _LISTED),
        bans=desk.bans(limit=_LISTED),
        audit=desk.audit(None, limit=_LISTED),
    )


def find_somebody(desk: Desk, named: str) -> Somebody | None:
    """`platform:user`, as lists show people; `None` if nobody is called so."""
    platform, _, user = named.strip().partition(":")
    person = Person(platform, user)
    try:
        known = desk.person(person)
    except UnknownPerson:
        return None
    quotas = [
        (one, desk.quota(Asker(one.place.platform, one.place.community, user))) for one in known.memberships
    ]
    return Somebody(known, quotas, desk.bans(person=person), desk.jobs(person=person, limit=_LISTED))


def find_place(desk: Desk, named: str) -> Somewhere | None:
    """`platform:community`, as lists show them; `None` where nobody of it was ever here."""
    platform, _, ref = named.strip().partition(":")
    place = Place(platform, ref)
    if (community := desk.community(place)) is None:
        return None
    return Somewhere(community, desk.bans(place=place), desk.audit(None, place, limit=_LISTED))
