"""The buttons under the terms. Their ids name the version that was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

import discord

from bot.core.member_texts import agreed_text, declined_text, inputs_text, revoked_text
from bot.core.terms import consent_choices, terms
from bot.core.tongue import Tongue
from bot.discord.people import asker_of, person_of
from bot.discord.replies import Interaction, answering, whisper
from bot.discord.speech import tongue_of
from config.settings import Settings


class ConsentButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"consent:(?P<answer>yes|keep|no):(?P<version>.{1,40})",
):
    """Agree, or not."""

    def __init__(self, answer: str, version: str, label: str) -> None:
        style = discord.ButtonStyle.secondary if answer == "no" else discord.ButtonStyle.success
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"consent:{answer}:{version}"))
        self._answered = answer
        self._version = version

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(match["answer"], match["version"], item.label or "")

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._answer(interaction))

    async def _answer(self, interaction: Interaction) -> None:
        client = interaction.client
        tongue, person = tongue_of(interaction), person_of(interaction.user)
        if self._answered == "no":
            await interaction.response.edit_message(content=declined_text(tongue), view=None)
            await client.pending.take(person)
            return
        if self._version != client.settings.consent_version:
            # Old terms, agreed to too late.
            text, view = await terms_shown(interaction)
            await interaction.response.edit_message(content=text, view=view)
            return
        await interaction.response.defer()
        wanted = await client.pending.take(person)
        await client.affairs.agree(person, keep_inputs=self._answered == "keep")
        thanks = agreed_text(tongue, goes_on=wanted is not None)
        await interaction.edit_original_response(content=thanks, view=None)
        if wanted is not None:
            await client.go_on[wanted["name"]](interaction, wanted["wanted"])


def consent_view(tongue: Tongue, settings: Settings) -> discord.ui.View:
    """Under the terms."""
    view = discord.ui.View(timeout=None)
    for answer, label in consent_choices(tongue, settings):
        view.add_item(ConsentButton(answer, settings.consent_version, label))
    return view


async def terms_shown(interaction: Interaction) -> tuple[str, discord.ui.View]:
    """The terms as they hold here, and what to press."""
    client, tongue = interaction.client, tongue_of(interaction)
    house = await client.houses.of(asker_of(interaction).place)
    return terms(tongue, client.settings, house.result_hours), consent_view(tongue, client.settings)


async def when_agreed(interaction: Interaction, name: str, wanted: Mapping[str, Any]) -> None:
    """Go on if they agreed to the terms, else when they do: then with the interaction in which they did. The
    interaction was deferred, for their eyes only; what goes on answers by a followup. `name` says which of
    the client's `go_on` it is, `wanted` what it is called with."""
    client = interaction.client
    if await client.asking.consented(person_of(interaction.user)):
        await client.go_on[name](interaction, wanted)
    else:
        await hold(interaction, name, wanted)


async def hold(interaction: Interaction, name: str, wanted: Mapping[str, Any]) -> None:
    """It waits until they agree to the terms, which they are shown."""
    kept = {"name": name, "wanted": dict(wanted)}
    await interaction.client.pending.keep(person_of(interaction.user), kept)
    text, view = await terms_shown(interaction)
    await whisper(interaction, text, view=view)


class InputsButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"inputs:(?P<choice>keep|drop)"):
    """Whether photos stay for another go, decided anew."""

    def __init__(self, choice: str, label: str) -> None:
        super().__init__(discord.ui.Button(label=label, custom_id=f"inputs:{choice}"))
        self._keep = choice == "keep"

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(match["choice"], item.label or "")

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._choose(interaction))

    async def _choose(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        client, tongue = interaction.client, tongue_of(interaction)
        await client.affairs.choose_inputs(person_of(interaction.user), keep=self._keep)
        text = inputs_text(tongue, client.settings, keep=self._keep)
        await interaction.edit_original_response(content=text, view=None)


class RevokeButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"consent:revoke"):
    """Take consent back."""

    def __init__(self, label: str) -> None:
        super().__init__(
            discord.ui.Button(label=label, style=discord.ButtonStyle.danger, custom_id="consent:revoke")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        assert isinstance(item, discord.ui.Button)
        return cls(item.label or "")

    async def callback(self, interaction: Interaction) -> None:  # type: ignore[override]
        await answering(interaction, lambda: self._revoke(interaction))

    async def _revoke(self, interaction: Interaction) -> None:
        await interaction.response.defer()
        client = interaction.client
        tongue = tongue_of(interaction)
        cancelled = await client.affairs.disagree(person_of(interaction.user))
        client.delivery.wake()
        await interaction.edit_original_response(content=revoked_text(tongue, cancelled), view=None)
