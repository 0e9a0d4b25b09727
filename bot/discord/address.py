"""Where an answer goes on Discord: kept with the job, so that any later process finds the message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

import discord

from bot.discord.people import PLATFORM
from tasks.records import Job, Scalar

# An edit that begins just before the token's end may come too late.
_MARGIN = timedelta(seconds=20)


@dataclass(frozen=True)
class Address:
    """The placeholder: `message` in `channel`, or "" for the interaction's own answer, whose number is not
    known before it is there. For fifteen minutes `token` lets us edit it, whatever our rights there; a
    `private` message only so. `until` is when that ends, in seconds since 1970."""

    channel: str
    message: str
    application: str
    until: float
    language: str
    private: bool
    token: str = field(repr=False)

    @classmethod
    def of(
        cls, interaction: discord.Interaction, message_id: int | None, language: str, *, private: bool
    ) -> Self:
        """For a message that answers `interaction`."""
        return cls(
            channel=str(interaction.channel_id),
            message="" if message_id is None else str(message_id),
            application=str(interaction.application_id),
            until=interaction.expires_at.timestamp(),
            language=language,
            private=private,
            token=interaction.token,
        )

    @classmethod
    def read(cls, job: Job) -> Self:
        """As kept with a job."""
        assert job.asker.platform == PLATFORM
        return cls.of_kept(job.request.address)

    @classmethod
    def of_kept(cls, kept: Mapping[str, Scalar]) -> Self:
        """What `kept` gave."""
        return cls(
            channel=str(kept["channel"]),
            message=str(kept["message"]),
            application=str(kept["application"]),
            until=float(kept["until"] or 0),
            language=str(kept["language"]),
            private=bool(kept["private"]),
            token=str(kept["token"]),
        )

    def kept(self) -> Mapping[str, Scalar]:
        """For the database."""
        return asdict(self)

    def token_lives(self, now: datetime) -> bool:
        return now + _MARGIN < datetime.fromtimestamp(self.until, UTC)
