"""How things stand, for moderators, the operator and monitors; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.doors.door import Door
from tasks.jobs import crew, listing
from tasks.jobs.figures import figures
from tasks.moderation import audit, banned, blocks, places
from tasks.people.enrol import find_community
from tasks.privacy import known
from tasks.records import AuditRow, Figures, Fingerprint, Job, JobState, Person, Place
from tasks.reports import Ban, BlockedPicture, Community, KnownPerson, QueueStatus, WorkerStanding


class OnlookersDoor(Door):
    """Lists come newest first, a page at a time: `before_id` is the last one seen."""

    def figures(self) -> Figures:
        """How the desk stands, for a monitor."""
        with self._reading() as connection:
            return figures(connection, self._settings, self._clock())

    def audit(
        self,
        platform: str | None,
        place: Place | None = None,
        limit: int = 50,
        before_id: int | None = None,
        target: str | None = None,
    ) -> Sequence[AuditRow]:
        """Who did what, newest first; in one community or everywhere, to one target (`job:7`) or all.

        People by their names on `platform`, or by any (`None`).
        """
        with self._reading() as connection:
            community_id = None
            if place is not None and (community_id := find_community(connection, place)) is None:
                return ()
            return audit.read_audit(connection, platform, community_id, limit, before_id, target)

    def bans(
        self,
        place: Place | None = None,
        person: Person | None = None,
        *,
        only_in_force: bool = True,
        limit: int = 50,
        before_id: int | None = None,
    ) -> Sequence[Ban]:
        """Bans, newest first; of one community or person, or all."""
        with self._reading() as connection:
            now = self._clock()
            return banned.list_bans(
                connection, place, person, now, limit, before_id, only_in_force=only_in_force
            )

    def has_blocks(self, place: Place | None) -> bool:
        """Whether any picture is blocked everywhere or in this community."""
        with self._reading() as connection:
            return blocks.has_blocks(connection, place)

    def is_blocked(self, picture: Fingerprint, place: Place | None) -> bool:
        """Whether a picture, or one that looks like it, is blocked everywhere or in this community."""
        with self._reading() as connection:
            return blocks.is_blocked(connection, picture, place, self._settings)

    def blocked_pictures(
        self,
        place: Place | None = None,
        *,
        only_in_force: bool = True,
        limit: int = 50,
        before_id: int | None = None,
    ) -> Sequence[BlockedPicture]:
        """Blocked pictures, newest first; of one community, or all."""
        with self._reading() as connection:
            return blocks.list_blocks(connection, place, limit, before_id, only_in_force=only_in_force)

    def jobs(
        self,
        *,
        state: JobState | None = None,
        place: Place | None = None,
        person: Person | None = None,
        limit: int = 50,
        before_id: int | None = None,
    ) -> Sequence[Job]:
        """Anybody's jobs, newest first; each filter narrows."""
        with self._reading() as connection:
            return listing.list_jobs(connection, state, place, person, limit, before_id)

    def community(self, place: Place) -> Community | None:
        """A community's own settings; `None` if the desk has never seen it."""
        with self._reading() as connection:
            return places.find_settings(connection, place)

    def person(self, person: Person) -> KnownPerson:
        """What is kept about a person. Raises `UnknownPerson`."""
        with self._reading() as connection:
            return known.known(connection, person)

    def queue(self) -> QueueStatus:
        """How many jobs wait and run, and what is paused."""
        with self._reading() as connection:
            return listing.queue_status(connection)

    def workers(self) -> Sequence[WorkerStanding]:
        """Who works here, idle or not, on whatever machine; one that was killed is remembered for an hour."""
        with self._reading() as connection:
            return crew.standing(connection, self._clock())

    def models_there(self) -> frozenset[str] | None:
        """Of which models some worker has the weights; `None` while no worker says that it is there."""
        with self._reading() as connection:
            return crew.models_there(connection, self._clock())
