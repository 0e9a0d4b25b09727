"""Photos that come one after the other: the first waits at the desk until the second is there."""

from __future__ import annotations

from datetime import timedelta

from bot.core.asking import consented
from bot.core.crossing import aside
from bot.core.intake import open_screen
from config.settings import Settings
from tasks.clock import Clock, system_clock
from tasks.desk import Desk
from tasks.errors import ConsentMissing, UnknownCommunity, UnknownPerson
from tasks.records import Asker, Draft, Person
from tasks.store.store import Store

# The desk keeps none for longer.
_LIFE = timedelta(minutes=15)

Pair = tuple[Draft, Draft]


class Halves:
    """What front ends call, from the event loop."""

    def __init__(self, desk: Desk, store: Store, settings: Settings, clock: Clock = system_clock) -> None:
        self._desk = desk
        self._store = store
        self._settings = settings
        self._clock = clock
        self._screen = open_screen(settings, desk)

    async def add(self, asker: Asker, message: str, photo: bytes, caption: str) -> Draft | Pair:
        """One more of the member's photos here. Both, older first, as soon as there are two: they wait until
        `done`, so that a process that dies before finds them again. `message` is the platform's id of the
        event; the same again adds nothing, and what it made was `taken`.

        Raises `ConsentMissing`, `PictureUnreadable` and the like, `Blocked`.
        """
        return await aside(self._add, asker, message, photo, caption)

    async def read(self, person: Person, half: Draft) -> bytes:
        """The photo, for its owner. Raises `PictureMissing`."""
        return await aside(self._read, person, half)

    async def done(self, asker: Asker, pair: Pair) -> None:
        """The picture of both was asked for, or refused."""
        await aside(self._desk.take_drafts, asker, [half.id for half in pair])

    async def clear(self, asker: Asker) -> None:
        """What waits of the member here waits no longer: they asked with other photos."""
        await aside(self._clear, asker)

    def _add(self, asker: Asker, message: str, photo: bytes, caption: str) -> Draft | Pair:
        if not consented(self._desk, self._settings, asker.person):
            raise ConsentMissing("no consent yet: no photo is taken in")
        self._screen.check(photo, "person", asker.place)
        key = self._store.put(self._desk.account(asker.person), photo)
        draft = self._desk.add_draft(asker, Draft(key, message, caption=caption))
        waiting = self._desk.drafts(asker, self._clock() - _LIFE)
        if draft.taken or len(waiting) < 2:
            return draft
        return (waiting[0], waiting[1])

    def _read(self, person: Person, half: Draft) -> bytes:
        return self._store.get(self._desk.account(person), half.key)

    def _clear(self, asker: Asker) -> None:
        try:
            waiting = self._desk.drafts(asker, self._clock() - _LIFE)
        except (UnknownPerson, UnknownCommunity):
            return
        if waiting:
            self._desk.take_drafts(asker, [one.id for one in waiting])
