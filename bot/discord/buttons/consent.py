"""The buttons under the terms. Their ids name the version that was read."""

from __future__ import annotations

import re
from typing import Any, Self

import discord

from bot.core.member_texts import agreed_text, declined_text, revoked_text
from bot.core.terms import terms
from bot.core.tongue import Tongue
from bot.discord.people import person_of
from bot.discord.replies import Interaction, answering
from bot.discord.speech import tongue_of


class ConsentButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"consent:(?P<answer>yes|no):(?P<version>.{1,40})",
):
    """Agree, or not."""

    def __init__(self, answer: str, version: str, label: str) -> None:
        style = discord.ButtonStyle.success if answer == "yes" else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"consent:{answer}:{version}"))
        self._agrees = answer == "yes"
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
        tongue = tongue_of(interaction)
        if not self._agrees:
            client.pending.take(interaction.user.id)
            await interaction.response.edit_message(content=declined_text(tongue), view=None)
            return
        if self._version != client.settings.consent_version:
            # Old terms, agreed to too late.
            await interaction.response.edit_message(
                content=terms(tongue, client.settings),
                view=consent_view(tongue, client.settings.consent_version),
            )
            return
        go_on = client.pending.take(interaction.user.id)
        await interaction.response.defer()
        await client.affairs.agree(person_of(interaction.user))
        thanks = agreed_text(tongue, goes_on=go_on is not None)
        await interaction.edit_original_response(content=thanks, view=None)
        if go_on is not None:
            await go_on(interaction)


def consent_view(tongue: Tongue, version: str) -> discord.ui.View:
    """Under the terms."""
    view = discord.ui.View(timeout=None)
    view.add_item(ConsentButton("yes", version, tongue.say("I agree")))
    view.add_item(ConsentButton("no", version, tongue.say("No, thank you")))
    return view


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
