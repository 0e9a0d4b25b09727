"""The form for another go with other settings."""

from __future__ import annotations

from typing import Any

import discord

from bot.core.asking import Change, seed_of
from bot.core.errors import SeedInvalid
from bot.core.tongue import Tongue
from bot.discord.buttons import actions
from bot.discord.buttons.job import type_options
from bot.discord.replies import Interaction, answering
from tasks.errors import OptionInvalid
from tasks.records import GARMENT_TYPES, Control, Job

_GUIDANCE = "2.5"
_MOST_GUIDANCE = 20.0


class SettingsForm(discord.ui.Modal):
    """Filled in with what the picture was made with. Lost in a restart while it is open; Discord says so."""

    def __init__(self, tongue: Tongue, job: Job) -> None:
        super().__init__(title=tongue.say("Once more, with settings"), timeout=15 * 60)
        self._job_id = job.id
        self._seed: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="seed", required=False, max_length=10, default=str(seed_of(job) or 0)
        )
        self._guidance: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="guidance",
            required=False,
            max_length=5,
            default=str(job.request.options.get("guidance_scale") or _GUIDANCE),
        )
        repaint = bool(job.request.options.get("repaint"))
        self._repaint: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="repaint",
            options=[
                discord.SelectOption(label=tongue.say("On"), value="on", default=repaint),
                discord.SelectOption(label=tongue.say("Off"), value="off", default=not repaint),
            ],
        )
        self._type: discord.ui.Select[Any] | None = None
        if job.request.control is Control.TRYON:
            self._type = discord.ui.Select(
                custom_id="type", options=type_options(tongue, job.request.garment_type)
            )
            self.add_item(discord.ui.Label(text=tongue.say("Garment type"), component=self._type))
        self.add_item(
            discord.ui.Label(
                text=tongue.say("Seed"),
                description=tongue.say("The same seed gives the same picture. Empty: a new one."),
                component=self._seed,
            )
        )
        self.add_item(
            discord.ui.Label(
                text=tongue.say("Repaint"),
                description=tongue.say("Keeps your photo outside the garment exactly as it is."),
                component=self._repaint,
            )
        )
        self.add_item(
            discord.ui.Label(
                text=tongue.say("Guidance"),
                description=tongue.say("How closely the garment is followed; 2.5 is best for most."),
                component=self._guidance,
            )
        )

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._submit(interaction))

    async def _submit(self, interaction: Interaction) -> None:
        chosen = [] if self._type is None else self._type.values
        wanted = Change(
            seed=_seed(self._seed.value),
            garment_type=next((name for name in GARMENT_TYPES if name in chosen), None),
            repaint="on" in self._repaint.values,
            guidance_scale=_guidance(self._guidance.value),
        )
        await actions.change(interaction, self._job_id, wanted)


def _seed(text: str) -> int | None:
    if not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise SeedInvalid("the seed is no whole number")
    return int(text)


def _guidance(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        # As people write it in half of the world's languages.
        scale = float(text.replace(",", "."))
    except ValueError:
        raise OptionInvalid("the guidance is no number") from None
    if not 0 <= scale <= _MOST_GUIDANCE:
        raise OptionInvalid(f"the guidance must be 0 to {_MOST_GUIDANCE}")
    return scale
