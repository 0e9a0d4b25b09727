"""What a person gets back for an interaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tests.standins.discord.checks import ACTION_ROW, FILE_UPLOAD, LABEL, SELECTS
from tests.standins.discord.options import NotOffered
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Attachment, Callback, Interaction, Message
from tests.standins.files import File

if TYPE_CHECKING:
    from tests.standins.discord.server import DiscordServer

T = TypeVar("T")
TEXT_INPUT = 4


class Asked:
    """An interaction after it was sent. Waiting raises `NothingCame` when nothing comes in time."""

    def __init__(self, server: DiscordServer, interaction: Interaction) -> None:
        self._server = server
        self.interaction = interaction

    def acknowledged(self, within: float = 5.0) -> Callback:
        return self._wait(lambda: self.interaction.acknowledged, within, "an acknowledgement")

    def answer(self, within: float = 5.0) -> Message:
        """The message that answers: a new one, or the one with the button, changed. Not "is thinking..."."""
        return self._wait(self._answer, within, "an answer")

    def followup(self, index: int = 0, within: float = 5.0) -> Message:
        def look() -> Message | None:
            followups = self.interaction.followups
            return followups[index] if len(followups) > index else None

        return self._wait(look, within, "a followup")

    def modal(self, within: float = 5.0) -> Json:
        """The form as the bot sent it."""
        return self._wait(lambda: self.interaction.modal, within, "a form")

    def choices(self, within: float = 5.0) -> list[Json]:
        self._wait(lambda: self.interaction.choices is not None, within, "choices")
        return self.interaction.choices or []

    @property
    def failed(self) -> bool:
        """Whether the person reads that the application did not respond."""
        return self.interaction.too_late(self._server.clock.now())

    def _answer(self) -> Message | None:
        interaction = self.interaction
        if interaction.acknowledged in (Callback.LATER, Callback.UPDATE):
            if interaction.updates:
                return interaction.source
            return interaction.followups[0] if interaction.followups else None
        original = interaction.original
        return original if original and not original.loading else None

    def _wait(self, look: Callable[[], T | None], within: float, what: str) -> T:
        to = self.interaction.data.get("name") or self.interaction.data["custom_id"]
        return self._server.wait(look, within, f"{what} to {to!r}")


def fill_modal(
    modal: Json, values: Mapping[str, str | Sequence[Any]], upload: Callable[[File], Attachment]
) -> list[Json]:
    """The form's components as a client sends them back. Raises where the client would not let it through."""
    left = dict(values)
    filled: list[Json] = []
    for number, part in enumerate(modal["components"], start=1):
        if part["type"] not in (ACTION_ROW, LABEL):
            continue
        inner = [part["component"]] if part["type"] == LABEL else part["components"]
        done = [_fill(one, part.get("label"), left, upload) for one in inner]
        shown = {"component": done[0]} if part["type"] == LABEL else {"components": done}
        filled.append({"type": part["type"], "id": part.get("id") or number, **shown})
    if left:
        raise NotOffered(f"the form has no {sorted(left)}, but {list(_labels(modal))}")
    return filled


def _fill(one: Json, label: str | None, left: dict[str, Any], upload: Callable[[File], Attachment]) -> Json:
    names = [name for name in (one["custom_id"], label, one.get("label")) if name in left]
    value = left.pop(names[0]) if names else None
    needed = one.get("required", True)
    base: Json = {"type": one["type"], "custom_id": one["custom_id"], "id": one.get("id") or 1}
    if one["type"] == TEXT_INPUT:
        text = str(value if value is not None else one.get("value") or "")
        low = one.get("min_length") or 0
        if (needed and not text) or not low <= len(text) <= (one.get("max_length") or 4000):
            raise NotOffered(f"{one['custom_id']}: {len(text)} characters are not let through")
        return {**base, "value": text}
    given = [] if value is None else list(value)
    if (needed and len(given) < (one.get("min_values") or 1)) or len(given) > (one.get("max_values") or 1):
        raise NotOffered(f"{one['custom_id']}: {len(given)} values are not let through")
    if one["type"] == FILE_UPLOAD:
        return {**base, "values": [str(upload(file).id) for file in given]}
    if one["type"] in SELECTS:
        options = {name: o["value"] for o in one.get("options", ()) for name in (o["label"], o["value"])}
        return {**base, "values": [options.get(text, text) for text in given]}
    raise NotOffered(f"the stand-in cannot fill in a component of type {one['type']}")


def _labels(modal: Json) -> Iterator[str]:
    for part in modal["components"]:
        inner = [part["component"]] if part["type"] == LABEL else part.get("components", ())
        yield from (part.get("label") or one.get("label") or one["custom_id"] for one in inner)
