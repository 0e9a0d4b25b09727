"""A member's own affairs: consent, what is left, what waits, and being forgotten."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.asking import first_of
from bot.core.crossing import aside
from bot.core.errors import PictureGone
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import NotOwner, PictureMissing, UnknownPerson
from tasks.keeping.expiry import drop_inputs
from tasks.keeping.export import export_person
from tasks.keeping.forget import ForgottenPerson, forget_person
from tasks.records import Asker, Job, JobState, Person, Quota
from tasks.reports import Ban, QueueStatus
from tasks.store.store import Store

# How many of a person's newest jobs are looked through for photos that were kept for another go.
_LOOK_BACK = 200
# What an export's text may take beside the pictures, in bytes.
_ROOM = 500_000
# A bot has little memory, whatever its platform takes.
_MOST_BYTES = 25_000_000


@dataclass(frozen=True)
class Waiting:
    """A job of somebody's own that has not ended."""

    job: Job
    position: int
    ready_at: datetime | None


@dataclass(frozen=True)
class MemberStanding:
    """Whether they agreed to the terms in force, and whether their photos stay for another go."""

    agreed: bool
    keep_inputs: bool


@dataclass(frozen=True)
class Export:
    """A ZIP for a member. `complete`: with the pictures, else they were too large together."""

    file: bytes = field(repr=False)
    pictures: int
    complete: bool


class Affairs:
    """What front ends call, from the event loop."""

    def __init__(self, desk: Desk, store: Store, settings: Settings, clock: Clock = system_clock) -> None:
        self._desk = desk
        self._store = store
        self._settings = settings
        self._clock = clock

    async def agree(self, person: Person, *, keep_inputs: bool = False) -> None:
        """The person agrees to the terms in force. `keep_inputs`: and has their photos kept for a while after
        each picture, for another go."""
        await aside(self._desk.give_consent, person, keep_inputs=keep_inputs)

    async def disagree(self, person: Person) -> int:
        """The person takes consent back, and what was kept for another go is deleted. How many of their
        queued jobs were cancelled."""
        return await aside(self._disagree, person)

    async def choose_inputs(self, person: Person, *, keep: bool) -> None:
        """Whether photos stay for another go, decided anew; if not, those that are kept so are deleted now.

        Raises `UnknownPerson`.
        """
        await aside(self._choose_inputs, person, keep)

    async def standing(self, person: Person) -> MemberStanding:
        """What they agreed to and chose."""
        return await aside(self._standing, person)

    async def may_go_again(self, job: Job) -> bool:
        """Whether both photos of a finished picture are kept at this moment, so that it can be made once
        more, and compared."""
        return await aside(self._may_go_again, job)

    async def check_inputs(self, job: Job) -> None:
        """Raises `PictureMissing` where `may_go_again` is false."""
        if not await self.may_go_again(job):
            raise PictureMissing("the photos are not kept any longer")

    async def export(self, person: Person, max_bytes: int) -> Export:
        """Everything that is kept about the person, as a ZIP of at most about `max_bytes`: without the
        pictures where it would be larger with them. Raises `UnknownPerson`."""
        return await aside(self._export, person, max_bytes)

    async def quota(self, asker: Asker) -> Quota:
        return await aside(self._desk.quota, asker)

    async def bans(self, asker: Asker) -> Sequence[Ban]:
        """By which the member is shut out here now, or everywhere."""
        found = await aside(self._desk.bans, person=asker.person)
        return [one for one in found if one.place in (None, asker.place)]

    async def queue(self, person: Person) -> tuple[QueueStatus, Sequence[Waiting]]:
        """The whole queue in numbers, and the person's own jobs in it."""
        return await aside(self._queue, person)

    async def history(self, person: Person, limit: int, before_id: int | None = None) -> Sequence[Job]:
        return await aside(self._desk.history, person, limit, before_id)

    async def picture(self, job: Job) -> bytes:
        """A finished picture, for its owner. Raises `PictureGone`."""
        if job.result_key is None:
            raise PictureGone("the job has no picture")
        try:
            return await aside(self._get, job, job.result_key)
        except PictureMissing:
            raise PictureGone("the picture is not kept any longer") from None

    async def inputs(self, job: Job) -> tuple[bytes, ...]:
        """The photo and the garment of a job, of an outfit both garments, while they are kept. Raises
        `PictureMissing` and the like."""
        return await aside(self._inputs, job)

    async def cancel(self, person: Person, job_id: int) -> Job:
        """Cancel one's own job. Raises `UnknownJob`, `NotOwner`, `WrongState`."""
        return await aside(self._desk.cancel, job_id, person)

    async def delete_picture(self, person: Person, job_id: int) -> None:
        """Delete one's own finished picture. Raises `UnknownJob`, `NotOwner`."""
        await aside(self._delete_picture, person, job_id)

    async def job(self, job_id: int) -> Job:
        """Anybody's. Raises `UnknownJob`."""
        return await aside(self._desk.job, job_id)

    async def own_job(self, person: Person, job_id: int) -> Job:
        """A job of the person's own. Raises `UnknownJob`, `NotOwner`."""
        job = await self.job(job_id)
        if job.asker.person != person:
            raise NotOwner("the picture is somebody else's")
        return job

    async def forget(self, person: Person) -> ForgottenPerson:
        """Delete everything about the person; what that was. Raises `UnknownPerson`, `SettingMissing`."""
        return await aside(forget_person, self._desk, self._store, person)

    def _queue(self, person: Person) -> tuple[QueueStatus, list[Waiting]]:
        mine = [job for job in self._desk.history(person, limit=50) if job.ended_at is None]
        return self._desk.queue(), [self._waiting(job) for job in reversed(mine)]

    def _waiting(self, job: Job) -> Waiting:
        if job.state is not JobState.QUEUED:
            return Waiting(job, 0, None)
        estimate = self._desk.estimate(job.id)
        ready_at = None if estimate.seconds is None else self._clock() + timedelta(seconds=estimate.seconds)
        return Waiting(job, estimate.position, ready_at)

    def _get(self, job: Job, key: str) -> bytes:
        return self._store.get(self._desk.account(job.asker.person), key)

    def _inputs(self, job: Job) -> tuple[bytes, ...]:
        # An outfit's second garment was put on the picture with the first.
        first = first_of(job)
        before = None if first is None else self._desk.job(first)
        of_person = job if before is None else before
        keys = [of_person.request.source_key, of_person.request.reference_key]
        if before is not None:
            keys.append(job.request.reference_key)
        return tuple(self._get(job, key) for key in keys)

    def _delete_picture(self, person: Person, job_id: int) -> None:
        job = self._desk.job(job_id)
        if job.asker.person != person:
            raise NotOwner("the picture is somebody else's")
        if (key := self._desk.remove_job(person, job_id, "by its owner")) is not None:
            for one in (key, *job.pictures.values()):
                self._store.delete(one)

    def _disagree(self, person: Person) -> int:
        cancelled = self._desk.revoke_consent(person)
        self._drop_inputs(person)
        return cancelled

    def _choose_inputs(self, person: Person, keep: bool) -> None:
        self._desk.choose_inputs(person, keep=keep)
        if not keep:
            self._drop_inputs(person)

    def _drop_inputs(self, person: Person) -> None:
        since = self._clock() - timedelta(minutes=self._settings.input_minutes)
        for job in self._desk.history(person, limit=_LOOK_BACK):
            if job.ended_at is not None and job.ended_at > since:
                drop_inputs(self._desk, self._store, job.id)

    def _standing(self, person: Person) -> MemberStanding:
        try:
            known = self._desk.person(person)
        except UnknownPerson:
            return MemberStanding(agreed=False, keep_inputs=False)
        return MemberStanding(self._settings.consent_version in known.consents, known.keep_inputs)

    def _may_go_again(self, job: Job) -> bool:
        keys = {job.request.source_key, job.request.reference_key}
        return self._desk.needed_keys(keys) == keys

    def _export(self, person: Person, max_bytes: int) -> Export:
        account_id = self._desk.known_account(person)
        size = sum(stored.size for stored in self._store.stored(account_id))
        # Pictures hardly shrink in a ZIP; the rest is small beside them.
        complete = size + _ROOM <= min(max_bytes, _MOST_BYTES)
        file = io.BytesIO()
        exported = export_person(self._desk, self._store, person, file, with_pictures=complete)
        return Export(file.getvalue(), exported.pictures, complete)
