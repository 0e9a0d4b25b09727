"""What a community has decided about its bot, beside its limits: language, channels, who moderates."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.crossing import aside
from tasks.desk import Desk
from tasks.errors import Overtaken
from tasks.records import CommunityChanges, Person, Place, Scalar
from tasks.reports import Community

_SECONDS = 15.0
_MOST = 2000
# How often a change is tried that others get in the way of.
_TRIES = 5


@dataclass(frozen=True)
class House:
    """Ids are the platform's own. Where `channels` is empty, pictures may be asked for in any.

    `moderator_roles` moderate beside whoever manages the community. Acts are told in `log_channel`.
    `language`: for members whose own we do not speak. `nsfw_threshold` (0 to 1): how sure the classifier
    must be to block a picture. `result_hours`: how long pictures are kept here, where for less time than
    elsewhere; a limit of the desk's, so only read here. `others`: what is kept in the same place for somebody
    else.
    """

    language: str | None = None
    log_channel: str | None = None
    channels: tuple[str, ...] = ()
    moderator_roles: tuple[str, ...] = ()
    nsfw_threshold: float | None = None
    result_hours: int | None = None
    others: tuple[tuple[str, Scalar], ...] = ()

    def kept(self) -> dict[str, Scalar]:
        """As the desk keeps it."""
        return {
            **dict(self.others),
            "nsfw_threshold": self.nsfw_threshold,
            "language": self.language,
            "log_channel": self.log_channel,
            "channels": " ".join(self.channels),
            "moderator_roles": " ".join(self.moderator_roles),
        }


class Houses:
    """Looked up at the desk, and remembered for some seconds: every request asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[Place, tuple[float, House]] = {}

    def remembered(self, place: Place) -> House:
        """As it was when last looked up, without waiting; nothing decided, where it never was."""
        return self._known.get(place, (0.0, House()))[1]

    async def of(self, place: Place) -> House:
        at, house = self._known.get(place, (0.0, House()))
        if time.monotonic() - at < _SECONDS and at:
            return house
        return self._remember(place, await aside(self._read, place))

    async def change(
        self, actor: Person, place: Place, turn: Callable[[House], House], changes: CommunityChanges
    ) -> int:
        """Decide anew: `turn` makes the house as it is to be of the house as it is, `changes` are its limits.
        Of two who do so at once, neither loses what the other changed. The number of the act.

        Raises `OptionInvalid`, `RetentionTooLong`, `Overtaken` after some tries.
        """
        act = await aside(self._change, actor, place, turn, changes)
        self._remember(place, await aside(self._read, place))
        return act

    def _change(
        self, actor: Person, place: Place, turn: Callable[[House], House], changes: CommunityChanges
    ) -> int:
        for _ in range(_TRIES - 1):
            try:
                return self._try_to_change(actor, place, turn, changes)
            except Overtaken:
                continue
        return self._try_to_change(actor, place, turn, changes)

    def _try_to_change(
        self, actor: Person, place: Place, turn: Callable[[House], House], changes: CommunityChanges
    ) -> int:
        community = self._desk.community(place)
        expected = {} if community is None else dict(community.settings)
        wanted: CommunityChanges = {**changes, "settings": turn(_house_of(community)).kept()}
        return self._desk.configure(actor, place, wanted, expected=expected)

    def _read(self, place: Place) -> House:
        return _house_of(self._desk.community(place))

    def _remember(self, place: Place, house: House) -> House:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[place] = (time.monotonic(), house)
        return house


def _house_of(community: Community | None) -> House:
    if community is None:
        return House()
    kept = dict(community.settings)
    own = House().kept().keys()
    threshold = kept.get("nsfw_threshold")
    return House(
        nsfw_threshold=float(threshold) if isinstance(threshold, int | float) else None,
        result_hours=community.result_hours,
        others=tuple((name, value) for name, value in kept.items() if name not in own),
        language=_word(kept.get("language")),
        log_channel=_word(kept.get("log_channel")),
        channels=_words(kept.get("channels")),
        moderator_roles=_words(kept.get("moderator_roles")),
    )


def _word(value: Scalar) -> str | None:
    return value if isinstance(value, str) and value else None


def _words(value: Scalar) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else ()
