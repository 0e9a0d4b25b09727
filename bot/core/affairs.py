"""A member's own affairs: consent, what is left, what waits, and being forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.crossing import aside
from bot.core.errors import PictureGone
from bot.core.tongue import Tongue
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import NotOwner, PictureMissing
from tasks.records import Asker, Job, JobState, Person, Quota
from tasks.reports import QueueStatus
from tasks.store.store import Store


@dataclass(frozen=True)
class Waiting:
    """A job of somebody's own that has not ended."""

    job: Job
    position: int
    ready_at: datetime | None


class Affairs:
    """What front ends call, from the event loop."""

    def __init__(self, desk: Desk, store: Store, settings: Settings, clock: Clock = system_clock) -> None:
        self._desk = desk
        self._store = store
        self._settings = settings
        self._clock = clock

    async def agree(self, person: Person) -> None:
        """The person agrees to the terms in force."""
        await aside(self._desk.give_consent, person)

    async def disagree(self, person: Person) -> int:
        """The person takes consent back; how many of their queued jobs were cancelled."""
        return await aside(self._desk.revoke_consent, person)

    async def quota(self, asker: Asker) -> Quota:
        return await aside(self._desk.quota, asker)

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

    async def inputs(self, job: Job) -> tuple[bytes, bytes]:
        """Source and reference of a job, while they are kept. Raises `PictureMissing` and the like."""
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

    async def forget(self, person: Person) -> tuple[int, int]:
        """Delete everything about the person: how many rows and pictures that were.

        Raises `UnknownPerson`, `SettingMissing`.
        """
        return await aside(self._forget, person)

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

    def _inputs(self, job: Job) -> tuple[bytes, bytes]:
        return self._get(job, job.request.source_key), self._get(job, job.request.reference_key)

    def _delete_picture(self, person: Person, job_id: int) -> None:
        job = self._desk.job(job_id)
        if job.asker.person != person:
            raise NotOwner("the picture is somebody else's")
        if (key := self._desk.remove_job(person, job_id, "by its owner")) is not None:
            for one in (key, *job.pictures.values()):
                self._store.delete(one)

    def _forget(self, person: Person) -> tuple[int, int]:
        # Pictures first: whatever goes wrong before the rows are gone, the person is known yet, and may
        # ask again.
        self._desk.person(person)
        account_id = self._desk.account(person)
        pictures = self._store.delete_owner(account_id)
        forgotten = self._desk.forget(person)
        # Once more: what a worker put in between.
        pictures += self._store.delete_owner(account_id)
        return sum(forgotten.rows.values()), pictures


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
