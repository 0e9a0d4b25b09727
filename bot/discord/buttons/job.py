"""The items under a job's message, made anew from their ids whenever somebody presses."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Self

import discord

from bot.core.member_texts import TYPE_NAMES
from bot.core.tongue import Tongue
from bot.discord.buttons import actions
from bot.discord.replies import Interaction, answering
from tasks.records import GARMENT_TYPES, GarmentType


class Action(StrEnum):
    """What a button does; part of its id, so never to be renamed."""

    CANCEL = "cancel"
    AGAIN = "again"
    SETTINGS = "settings"
    REPAINT = "repaint"
    COMPARE = "compare"
    ORIGINAL = "original"
    DELETE = "delete"
    SAVE = "save"
    REPORT = "report"
    APPEAL = "appeal"


_DO = {
    Action.CANCEL: actions.cancel,
    Action.AGAIN: actions.again,
    Action.SETTINGS: actions.settings,
    Action.REPAINT: actions.toggle_repaint,
    Action.COMPARE: actions.compare,
    Action.ORIGINAL: actions.original_size,
    Action.DELETE: actions.delete,
    Action.SAVE: actions.save_garment,
    Action.REPORT: actions.report,
    Action.APPEAL: actions.appeal,
}
_STYLES = {Action.AGAIN: discord.ButtonStyle.primary, Action.DELETE: discord.ButtonStyle.danger}


class JobButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"job:(?P<job>[0-9]{{1,18}}):(?P<action>{'|'.join(Action)})",
):
    """A button of one job."""

    def __init__(self, job_id: int, action: Action, label: str, row: int | None = None) -> None:
        style = _STYLES.get(action, discord.ButtonStyle.secondary)
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=label, style=style, custom_id=f"job:{job_id}:{action}", row=row
        )
        super().__init__(button, row=row)
        self._job_id = job_id
        self._action = action

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(int(match["job"]), Action(match["action"]), item.label or "")

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: _DO[self._action](interaction, self._job_id))


class TypeSelect(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"job:(?P<job>[0-9]{1,18}):type"):
    """The picture once more with another garment type."""

    def __init__(self, job_id: int, tongue: Tongue, chosen: GarmentType | None) -> None:
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"job:{job_id}:type", options=type_options(tongue, chosen), row=0
        )
        super().__init__(select, row=0)
        self._job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        made = cls.__new__(cls)
        discord.ui.DynamicItem.__init__(made, item)
        made._job_id = int(match["job"])
        return made

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        chosen = next(name for name in GARMENT_TYPES if name in self.item.values)
        await answering(interaction, lambda: actions.change_type(interaction, self._job_id, chosen))


def type_options(tongue: Tongue, chosen: GarmentType | None) -> list[discord.SelectOption]:
    """The garment types, as a choice."""
    return [
        discord.SelectOption(label=tongue.say(label), value=name, default=name == chosen)
        for name, label in TYPE_NAMES.items()
    ]
