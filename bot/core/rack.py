"""A garment that a member puts ready for their next try-on, without a name; it waits at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.core.asking import consented
from bot.core.crossing import aside
from bot.core.errors import NoGarment
from bot.core.intake import open_screen
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import ConsentMissing
from tasks.records import Asker, Draft, GarmentType
from tasks.store.store import Store

# The desk keeps none for longer.
_LIFE = timedelta(minutes=15)


class Rack:
    """What front ends call, from the event loop. Each member has one garment ready in each community."""

    def __init__(self, desk: Desk, store: Store, settings: Settings, clock: Clock = system_clock) -> None:
        self._desk = desk
        self._store = store
        self._settings = settings
        self._clock = clock
        self._screen = open_screen(settings, desk)

    async def hang(self, asker: Asker, message: str, photo: bytes, garment_type: GarmentType) -> None:
        """In place of what was ready before. `message` is the platform's id of the event.

        Raises `ConsentMissing`, `PictureUnreadable` and the like, `Blocked`.
        """
        await aside(self._hang, asker, message, photo, garment_type)

    async def ready(self, asker: Asker) -> tuple[bytes, GarmentType]:
        """What is ready; it stays so until `clear`. Raises `NoGarment`, `PictureMissing`."""
        return await aside(self._ready, asker)

    async def clear(self, asker: Asker) -> None:
        """It was used."""
        await aside(self._clear, asker)

    def _hang(self, asker: Asker, message: str, photo: bytes, garment_type: GarmentType) -> None:
        if not consented(self._desk, self._settings, asker.person):
            raise ConsentMissing("no consent yet: no photo is taken in")
        self._screen.check(photo, "garment", asker.place)
        key = self._store.put(self._desk.account(asker.person), photo)
        self._clear(asker)
        self._desk.add_draft(asker, Draft(key, message, kind="garment", garment_type=garment_type))

    def _ready(self, asker: Asker) -> tuple[bytes, GarmentType]:
        for draft in reversed(self._waiting(asker)):
            if draft.garment_type is not None:
                return self._store.get(self._desk.account(asker.person), draft.key), draft.garment_type
        raise NoGarment("no garment came along, and none was put ready")

    def _clear(self, asker: Asker) -> None:
        ids = [draft.id for draft in self._waiting(asker) if draft.garment_type is not None]
        if ids:
            self._desk.take_drafts(asker, ids)

    def _waiting(self, asker: Asker) -> Sequence[Draft]:
        return self._desk.drafts(asker, self._clock() - _LIFE)
