"""What a platform must let people do and see, so that the scenarios can be played on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bot.core.tongue import Tongue
from tasks.records import GarmentType, Person, Place
from tests.standins.files import File

T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """A message of the bot's, or an alert, as somebody sees it. `key` stays the same when it is changed.
    `public`: whether all of the community see it. `files`: pictures, photos and documents."""

    key: str
    text: str
    labels: tuple[str, ...] = ()
    files: tuple[bytes, ...] = field(default=(), repr=False)
    public: bool = False


class Community(Protocol):
    """A server or a group with the bot in it. What people do goes out at once; nothing here waits for what
    the bot makes of it. People are called by name; buttons by what stands on them."""

    @property
    def place(self) -> Place:
        """As the desk knows it."""

    def tongue(self, language: str) -> Tongue:
        """As the bot speaks here; moments are `words.ANY`."""

    def joins(self, who: str, language: str, *, moderator: bool = False) -> Person:
        """Somebody new."""

    def sees(self, who: str) -> list[Seen]:
        """What the bot has said and they can see, oldest first, wherever it is."""

    def asks(self, who: str, person: File | None, garment: File) -> None:
        """For a try-on in the community. Without `person`, on the saved photo."""

    def asks_alone(self, who: str, person: File, garment: File) -> None:
        """For a try-on in the private chat with the bot."""

    def asks_for_pose(self, who: str, person: File, pose: File) -> None:
        """The person of the first photo, in the pose of the second."""

    def presses(self, who: str, seen: Seen, label: str) -> None:
        """A button that does what it says without asking for words."""

    def picks_type(self, who: str, seen: Seen, garment_type: GarmentType, language: str) -> None:
        """Another garment type, under a picture."""

    def reports(self, who: str, seen: Seen, label: str) -> None:
        """With or without words, as the platform has it."""

    def objects(self, who: str, seen: Seen, label: str, job_id: int, words: str) -> None:
        """To the removal that the message tells of."""

    def keeps_garment(self, who: str, seen: Seen, label: str, name: str) -> None:
        """The garment of a picture goes into the wardrobe."""

    def says(self, who: str, command: str, number: int | None = None) -> None:
        """`quota`, `queue`, `history`, `privacy`, `help`, `export`, `forget`, `me`, `wardrobe`."""

    def saves_photo(self, who: str, photo: File) -> None:
        """Of themselves."""

    def hangs(self, who: str, name: str, garment: File) -> None:
        """A dress into the wardrobe; that it is one can be read from its name."""

    def wears(self, who: str, name: str, person: File | None) -> None:
        """A garment of the wardrobe, on a photo or on the saved one."""

    def takes_out(self, who: str, name: str) -> None:
        """A garment out of the wardrobe."""

    def orders(self, who: str, order: str, about: str | None, values: dict[str, str | int | None]) -> None:
        """`/mod`: named as on Discord; `about` is a member, `values` follow in the order of the command.
        A setting's `None` sets it back, and its name has
        underscores."""


class Platform(Protocol):
    """A stand-in, and the bot's own front end on it."""

    @property
    def name(self) -> str:
        """As the desk and `bot.process` call it."""

    def running(self) -> AbstractContextManager[None]:
        """The bot lives within; once more, and it is another process."""

    def community(self) -> Community:
        """A new one."""

    def wake(self) -> None:
        """As an event from a worker does."""

    def wait(self, look: Callable[[], T | None], what: str) -> T:
        """Until it gives something true, for some seconds at most."""
