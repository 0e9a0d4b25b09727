"""In which language somebody is answered, and how Discord shows times."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.core.catalogues import Catalogues
from bot.core.tongue import Tongue
from bot.discord.people import asker_of

if TYPE_CHECKING:
    from bot.discord.replies import Interaction

# Discord's names of languages that we have; English is the default of every text.
_LOCALES = {discord.Locale.turkish: "tr"}


def show_time(moment: datetime) -> str:
    """Discord's own relative time, which every member sees in their language and counts down by itself."""
    return f"<t:{int(moment.timestamp())}:R>"


def tongue_of(interaction: Interaction) -> Tongue:
    """The member's language, else the moderators' choice, else Discord's for the server, else English."""
    client, guild = interaction.client, interaction.guild_locale
    chosen = client.houses.remembered(asker_of(interaction).place).language
    return client.catalogues.tongue(
        interaction.locale.value, chosen, None if guild is None else guild.value, show_time=show_time
    )


class CommandTranslator(app_commands.Translator):
    """Names and descriptions of commands, for discord.py to send to Discord."""

    def __init__(self, catalogues: Catalogues) -> None:
        super().__init__()
        self._catalogues = catalogues

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        language = _LOCALES.get(locale)
        return None if language is None else self._catalogues.translate(language, string.message)
