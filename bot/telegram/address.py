"""Where an answer goes on Telegram: kept with the job, so that any later process finds the message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, Self

from bot.telegram.people import PLATFORM
from tasks.records import Job, Scalar


@dataclass(frozen=True)
class Address:
    """The placeholder: `message` in `chat`, which answers the member's message `asked`. `shared`: whether
    others see it too. `guessed`: which of the photos was taken for the person, where that was a guess."""

    chat: int
    message: int
    asked: int
    language: str
    shared: bool
    guessed: Literal["first", "second"] | None = None

    @classmethod
    def read(cls, job: Job) -> Self:
        """As kept with a job."""
        kept = job.request.address
        assert job.asker.platform == PLATFORM
        return cls(
            chat=int(kept["chat"] or 0),
            message=int(kept["message"] or 0),
            asked=int(kept["asked"] or 0),
            language=str(kept["language"]),
            shared=bool(kept["shared"]),
            guessed=next((one for one in ("first", "second") if one == kept["guessed"]), None),
        )

    def kept(self) -> Mapping[str, Scalar]:
        """What `read` reads."""
        return asdict(self)
