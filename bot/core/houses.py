"""What a community has decided about its bot, beside its limits: language, channels, who moderates."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bot.core.crossing import aside
from tasks.desk import Desk
from tasks.records import CommunityChanges, Person, Place, Scalar

_SECONDS = 15.0
_MOST = 2000


@dataclass(frozen=True)
class House:
    """Ids are the platform's own. Where `channels` is empty, pictures may be asked for in any.

    `moderator_roles` moderate beside whoever manages the community. Acts are told in `log_channel`.
    `language`: for members whose own we do not speak. `nsfw_threshold` (0 to 1): how sure the classifier
    must be to block a picture. `others`: what is kept in the same place for somebody else.
    """

    language: str | None = None
    log_channel: str | None = None
    channels: tuple[str, ...] = ()
    moderator_roles: tuple[str, ...] = ()
    nsfw_threshold: float | None = None
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

    async def change(self, actor: Person, place: Place, house: House, changes: CommunityChanges) -> int:
        """Decide anew; `changes` are its limits. The number of the act. Raises `OptionInvalid`."""
        act: int = await aside(self._desk.configure, actor, place, {**changes, "settings": house.kept()})
        self._remember(place, house)
        return act

    def _read(self, place: Place) -> House:
        community = self._desk.community(place)
        if community is None:
            return House()
        kept = dict(community.settings)
        own = House().kept().keys()
        threshold = kept.get("nsfw_threshold")
        return House(
            nsfw_threshold=float(threshold) if isinstance(threshold, int | float) else None,
            others=tuple((name, value) for name, value in kept.items() if name not in own),
            language=_word(kept.get("language")),
            log_channel=_word(kept.get("log_channel")),
            channels=_words(kept.get("channels")),
            moderator_roles=_words(kept.get("moderator_roles")),
        )

    def _remember(self, place: Place, house: House) -> House:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[place] = (time.monotonic(), house)
        return house


def _word(value: Scalar) -> str | None:
    return value if isinstance(value, str) and value else None


def _words(value: Scalar) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else ()
