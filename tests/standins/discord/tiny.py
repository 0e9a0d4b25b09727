"""A tiny bot made of the real discord.py, to try the stand-in with."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import discord
from discord import app_commands

from tests.standins.discord.client import pointed_at
from tests.standins.discord.server import DiscordServer

Interaction = discord.Interaction[discord.Client]


class Again(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"again:(?P<job>\d+)"):
    """Its state is in its custom_id, so that it works after a restart."""

    def __init__(self, job: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{job}"))
        self.job = job

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["job"]))

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.edit_message(content=f"job {self.job} again")


class Report(discord.ui.Modal, title="Report"):
    why: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Why", max_length=100)

    async def on_submit(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"reported: {self.why.value}", ephemeral=True)


class TinyBot(discord.Client):
    def __init__(self, intents: discord.Intents | None = None) -> None:
        super().__init__(intents=intents or discord.Intents(guilds=True, guild_messages=True))
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []
        _add_commands(self)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Again)
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(message.content)


def _add_commands(bot: TinyBot) -> None:
    @bot.tree.command(description="Dress a person")
    async def tryon(
        interaction: Interaction, person: discord.Attachment, garment: discord.Attachment, note: str = ""
    ) -> None:
        await interaction.response.defer(thinking=True)
        data = await person.read()
        assert await garment.read()
        view = discord.ui.View(timeout=None)
        view.add_item(Again(7))
        file = discord.File(io.BytesIO(data), "result.png")
        await interaction.edit_original_response(
            content=f"{interaction.locale}: {note or 'done'}", attachments=[file], view=view
        )

    @tryon.autocomplete("note")
    async def notes(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}{end}", value=end) for end in ("a", "b")]

    @bot.tree.command(description="Say something to nobody else")
    async def secret(interaction: Interaction) -> None:
        await interaction.response.send_message("for you only", ephemeral=True)
        await interaction.followup.send("and this", ephemeral=True)

    @bot.tree.command(description="Post in the channel")
    async def post(interaction: Interaction, text: str) -> None:
        await interaction.response.defer(ephemeral=True)
        assert isinstance(interaction.channel, discord.TextChannel)
        try:
            await interaction.channel.send(text)
            await interaction.followup.send("posted")
        except discord.HTTPException as error:
            await interaction.followup.send(f"{error.status} {error.code}")

    @bot.tree.command(description="Answer twice")
    async def twice(interaction: Interaction) -> None:
        http = interaction.client.http
        path = "/interactions/{interaction_id}/{interaction_token}/callback"
        for _ in range(2):
            route = discord.http.Route(
                "POST", path, interaction_id=interaction.id, interaction_token=interaction.token
            )
            try:
                await http.request(route, json={"type": 4, "data": {"content": "first"}})
            except discord.HTTPException as error:
                bot.heard.append(f"{error.status} {error.code}")

    moderation = app_commands.Group(
        name="mod", description="For moderators", default_permissions=discord.Permissions(manage_guild=True)
    )

    @moderation.command(description="Keep somebody out")
    async def ban(interaction: Interaction, who: discord.Member, days: app_commands.Range[int, 1, 7]) -> None:
        await interaction.response.send_message(f"{who.name} for {days} days")

    bot.tree.add_command(moderation)

    @bot.tree.context_menu(name="Report picture")
    async def report(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_modal(Report())


@contextmanager
def living(server: DiscordServer, bot: TinyBot | None = None) -> Iterator[TinyBot]:
    """The bot, connected and with its commands registered."""
    alive = bot or TinyBot()

    async def live() -> None:
        async with alive:
            await alive.start(server.token)

    with pointed_at(server), server.running(live):
        server.wait(lambda: server.commands(), 5, "the commands")
        yield alive
