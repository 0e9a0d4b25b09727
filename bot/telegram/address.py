"""Where an answer goes on Telegram: kept with the job, so that any later process finds the message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from bot.telegram.people import PLATFORM
from tasks.records import Job, Scalar


@dataclass(frozen=True)
class Address:
    """The placeholder: `message` in `chat`, which answers the member's message `asked`. `shared`: whether
    others see it too. `guessed`: where it was a guess which photo is whose, their numbers as they were sent,
    in the order of person, garment and, of an outfit, the other garment."""

    chat: int
    message: int
    asked: int
    language: str
    shared: bool
    guessed: tuple[int, ...] = ()

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
            guessed=tuple(int(one) for one in str(kept["guessed"] or "").split() if one.isdecimal()),
        )

    def kept(self) -> Mapping[str, Scalar]:
        """What `read` reads."""
        return {**asdict(self), "guessed": " ".join(map(str, self.guessed))}
