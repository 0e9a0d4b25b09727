"""Which photos stand in which open page, so that they go when it is closed."""

from __future__ import annotations

from bot.core.crossing import aside
from bot.web.shelf import Shelf
from tasks.errors import DatabaseUnavailable, StoreUnavailable
from tasks.logs import get_logger
from tasks.records import Person

log = get_logger()

_MOST = 5000  # pages that are remembered; photos of others go by their age


class Forms:
    """In the event loop. What is not known here any more, the store's sweeper deletes later."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._open: dict[str, tuple[Person, set[str]]] = {}

    def note(self, session: str, person: Person, path: str) -> None:
        """This photo stands in that page."""
        self._open.setdefault(session, (person, set()))[1].add(path)
        while len(self._open) > _MOST:
            self._open.pop(next(iter(self._open)))

    async def closed(self, session: str) -> None:
        """Delete what stood in the page, unless a job needs it, or it stands in another of the person's."""
        person, paths = self._open.pop(session, (None, set()))
        if person is None:
            return
        elsewhere = {path for other, kept in self._open.values() if other == person for path in kept}
        try:
            for path in paths - elsewhere:
                await aside(self._shelf.forget, person, path)
        except (DatabaseUnavailable, StoreUnavailable) as away:
            log.warning("form_not_cleared", reason=str(away))
