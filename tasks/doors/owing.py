"""What front ends owe besides the answers of jobs: notices, and an end to what they had put up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from tasks.doors.door import Door
from tasks.jobs import placeholders
from tasks.moderation import notices
from tasks.people.enrol import find_account
from tasks.records import Person, Scalar
from tasks.reports import OwedNotice


class OwingDoor(Door):
    """Owed until the front end says otherwise, whatever dies in between."""

    def owed_notices(self, platform: str, limit: int = 100) -> Sequence[OwedNotice]:
        """What owners of pictures are to be told, the oldest first."""
        with self._reading() as connection:
            return notices.owed_notices(connection, platform, limit)

    def notices_owed_to(self, person: Person, limit: int = 100) -> Sequence[OwedNotice]:
        """The same of one person, on the platform where they are called so."""
        with self._reading() as connection:
            if (account_id := find_account(connection, person)) is None:
                return ()
            return notices.owed_notices(connection, person.platform, limit, account_id)

    def settle_notice(self, notice_id: int) -> None:
        """It was told, or cannot be."""
        with self._writing() as connection:
            notices.settle_notice(connection, notice_id)

    def drop_notices(self) -> int:
        """Delete those that could not be told for long. Returns how many."""
        with self._writing() as connection:
            return notices.drop_notices(connection, self._clock())

    def keep_placeholders(
        self, platform: str, put_up: Mapping[str, Mapping[str, Scalar]], settled: Collection[str] = ()
    ) -> None:
        """Addresses of messages that were put up, by the platform's ids of the requests; and the ids of those
        requests that have come to the desk, or were refused, so that their messages are cared for."""
        with self._writing() as connection:
            placeholders.keep_placeholders(connection, platform, put_up, settled, self._clock())

    def left_placeholders(self, platform: str, before: datetime) -> Mapping[str, Mapping[str, Scalar]]:
        """What a process that died before had put up, for requests that never came to the desk."""
        with self._writing() as connection:
            return placeholders.left_placeholders(connection, platform, before)
