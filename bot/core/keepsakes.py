"""What a member keeps: one photo of themselves, and a wardrobe of garments, each with its name."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.asking import consented
from bot.core.crossing import aside
from bot.core.errors import NoSavedPhoto
from bot.core.intake import open_screen
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import ConsentMissing, Moment, NotOwner, UnknownItem
from tasks.keeping.expiry import drop_pictures
from tasks.records import Asker, Garment, GarmentType, Job, Person, SavedPhoto
from tasks.store.store import Store

# The desk can keep several photos of a person; here it is one.
_PHOTO = "me"


class Keepsakes:
    """What front ends call, from the event loop. Without consent nothing is taken in, and everything is
    screened before it is saved."""

    def __init__(self, desk: Desk, store: Store, settings: Settings, clock: Clock = system_clock) -> None:
        self._desk = desk
        self._store = store
        self._settings = settings
        self._clock = clock
        self._screen = open_screen(settings, desk)

    async def save_photo(self, asker: Asker, picture: bytes) -> None:
        """The member's photo from now on; the one before is deleted.

        Raises `ConsentMissing`, `PictureUnreadable` and the like, `Blocked`, `TooManySaved`.
        """
        await aside(self._save_photo, asker, picture)

    async def has_photo(self, person: Person) -> bool:
        return await aside(self._find_photo, person) is not None

    async def photo(self, person: Person) -> bytes:
        """The saved photo, for its owner. Raises `NoSavedPhoto`, `PictureMissing`."""
        return await aside(self._read_photo, person)

    async def remove_photo(self, person: Person) -> None:
        """Deleted at once. Raises `NoSavedPhoto`."""
        await aside(self._remove_photo, person)

    async def add_garment(
        self, asker: Asker, name: str, garment_type: GarmentType, picture: bytes
    ) -> Garment:
        """Hang a garment into the wardrobe.

        Raises what `save_photo` does, `NameTaken`, `OptionInvalid` for a name of other than 1 to 60
        characters.
        """
        return await aside(self._add_garment, asker, _trimmed(name), garment_type, picture)

    async def add_garment_of(self, asker: Asker, job: Job, name: str) -> Garment:
        """The garment of the asker's own picture, while it is kept. Raises `NotOwner`, `PictureMissing`, and
        what `add_garment` does."""
        return await aside(self._add_garment_of, asker, job, _trimmed(name))

    async def wardrobe(self, person: Person) -> Sequence[Garment]:
        """By name."""
        return await aside(self._desk.wardrobe, person)

    async def garment(self, person: Person, name: str) -> tuple[Garment, bytes]:
        """A garment by its name, and its picture, for its owner. Raises `UnknownItem`, `PictureMissing`."""
        return await aside(self._garment, person, name)

    async def remove_garment(self, person: Person, name: str) -> Garment:
        """Out of the wardrobe; its picture is deleted at once. Raises `UnknownItem`."""
        return await aside(self._remove_garment, person, name)

    def _save_photo(self, asker: Asker, picture: bytes) -> None:
        key = self._take_in(asker, picture, "person")
        _, before = self._desk.replace_photo(asker.person, _PHOTO, key)
        if before is not None and before != key:
            self._drop(before)

    def _find_photo(self, person: Person) -> SavedPhoto | None:
        return next((one for one in self._desk.saved_photos(person) if one.name == _PHOTO), None)

    def _read_photo(self, person: Person) -> bytes:
        if (photo := self._find_photo(person)) is None:
            raise NoSavedPhoto("no photo is saved")
        return self._store.get(self._desk.account(person), photo.key)

    def _remove_photo(self, person: Person) -> None:
        if (photo := self._find_photo(person)) is None:
            raise NoSavedPhoto("no photo is saved")
        self._drop(self._desk.remove_photo(person, photo.id).key)

    def _add_garment(self, asker: Asker, name: str, garment_type: GarmentType, picture: bytes) -> Garment:
        key = self._take_in(asker, picture, "garment")
        return self._desk.save_garment(asker.person, name, garment_type, key)

    def _add_garment_of(self, asker: Asker, job: Job, name: str) -> Garment:
        if job.asker.person != asker.person:
            raise NotOwner("the picture is somebody else's")
        garment_type = job.request.garment_type
        if garment_type is None:
            raise UnknownItem("no garment is on this picture")
        picture = self._store.get(self._desk.account(asker.person), job.request.reference_key)
        return self._add_garment(asker, name, garment_type, picture)

    def _find_garment(self, person: Person, name: str) -> Garment:
        wanted = _trimmed(name)
        for garment in self._desk.wardrobe(person):
            if garment.name == wanted:
                return garment
        raise UnknownItem("nothing of this name is in the wardrobe")

    def _garment(self, person: Person, name: str) -> tuple[Garment, bytes]:
        garment = self._find_garment(person, name)
        return garment, self._store.get(self._desk.account(person), garment.key)

    def _remove_garment(self, person: Person, name: str) -> Garment:
        garment = self._desk.remove_garment(person, self._find_garment(person, name).id)
        self._drop(garment.key)
        return garment

    def _take_in(self, asker: Asker, picture: bytes, moment: Moment) -> str:
        if not consented(self._desk, self._settings, asker.person):
            raise ConsentMissing("no consent yet: no photo is taken in")
        self._screen.check(picture, moment, asker.place)
        return self._store.put(self._desk.account(asker.person), picture)

    def _drop(self, key: str) -> None:
        drop_pictures(self._desk, self._store, [key], self._clock())


def _trimmed(name: str) -> str:
    return " ".join(name.split())
