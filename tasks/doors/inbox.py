"""What platforms tell front ends: written down first, and then handled, so that nothing is lost between."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tasks.doors.door import Door
from tasks.jobs import inbox
from tasks.records import Told


class InboxDoor(Door):
    """For platforms that tell each thing until they are told that it was heard."""

    def take_in(self, platform: str, told: Sequence[Told]) -> set[str]:
        """Write them down; from now on they are not lost. Returns the events that were not known yet: the
        others were told before."""
        with self._writing() as connection:
            return inbox.take_in(connection, platform, told, self._clock())

    def take_up(self, platform: str) -> Sequence[Told]:
        """What a process before this one took in and did not end, oldest first, with what it noted down. What
        was taken up too often already, or is older than a day, is left."""
        with self._writing() as connection:
            return inbox.take_up(connection, platform, self._clock())

    def note_down(self, platform: str, event: str, note: str) -> None:
        """How far the handling came (up to 300 characters), for a process that takes it up."""
        with self._writing() as connection:
            inbox.note_down(connection, platform, event, note)

    def mark_handled(self, platform: str, events: Collection[str]) -> None:
        """They were answered, or are with the desk. What they said is deleted; told again, they are known."""
        with self._writing() as connection:
            inbox.mark_handled(connection, platform, events)

    def drop_told(self) -> int:
        """Delete what no platform tells any more. Returns how many there were."""
        with self._writing() as connection:
            return inbox.drop_old(connection, self._clock())
