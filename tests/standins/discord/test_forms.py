"""Components as discord.py builds them: layouts of version 2, menus, forms with files; edits."""

from __future__ import annotations

import io
from typing import Any

import discord

from tests.standins.discord.server import DiscordServer
from tests.standins.discord.tiny import Interaction, TinyBot, living
from tests.standins.files import picture


class Result(discord.ui.LayoutView):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery(
            discord.MediaGalleryItem("attachment://result.png", description="You in the shirt")
        )
        again: discord.ui.Button[Any] = discord.ui.Button(label="Again", custom_id="again:1")
        self.add_item(
            discord.ui.Container(
                discord.ui.TextDisplay("# Done"),
                gallery,
                discord.ui.Separator(),
                discord.ui.Section("Seed 5", accessory=discord.ui.Thumbnail("attachment://result.png")),
                discord.ui.ActionRow(again),
                accent_colour=discord.Colour.blue(),
            )
        )


class Setup(discord.ui.Modal, title="Setup"):
    kind: discord.ui.Label[Any] = discord.ui.Label(
        text="Kind",
        component=discord.ui.Select(
            options=[
                discord.SelectOption(label="Upper", value="upper_body"),
                discord.SelectOption(label="Dress"),
            ]
        ),
    )
    photo: discord.ui.Label[Any] = discord.ui.Label(
        text="Photo", component=discord.ui.FileUpload(max_values=2)
    )

    async def on_submit(self, interaction: Interaction) -> None:
        assert isinstance(self.kind.component, discord.ui.Select)
        assert isinstance(self.photo.component, discord.ui.FileUpload)
        sizes = [len(await file.read()) for file in self.photo.component.values]
        await interaction.response.send_message(f"{self.kind.component.values} {sizes}", ephemeral=True)


class Menus(discord.ui.View):
    @discord.ui.select(placeholder="Garment", options=[discord.SelectOption(label="Red", value="r")])
    async def garment(self, interaction: Interaction, select: discord.ui.Select[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"garment {select.values}")

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Whom", max_values=2)
    async def whom(self, interaction: Interaction, select: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(" ".join(user.name for user in select.values))


def bot_with_forms() -> TinyBot:
    bot = TinyBot()

    @bot.tree.command(description="A layout")
    async def layout(interaction: Interaction) -> None:
        file = discord.File(io.BytesIO(picture().data), "result.png")
        await interaction.response.send_message(view=Result(), file=file)

    @bot.tree.command(description="A form")
    async def setup(interaction: Interaction) -> None:
        await interaction.response.send_modal(Setup())

    @bot.tree.command(description="Menus")
    async def menus(interaction: Interaction) -> None:
        await interaction.response.send_message("choose", view=Menus())

    @bot.tree.command(description="An edit that keeps a file")
    async def files(interaction: Interaction) -> None:
        first = discord.File(io.BytesIO(b"first"), "first.bin")
        embed = discord.Embed(title="Result", description="Two files", colour=discord.Colour.red())
        await interaction.response.send_message(file=first, embed=embed.add_field(name="Seed", value="5"))
        message = await interaction.original_response()
        second = discord.File(io.BytesIO(b"second"), "second.bin", description="the other")
        await message.edit(attachments=[*message.attachments, second])

    return bot


def test_a_layout_of_version_2_arrives_with_its_picture_and_its_button(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server, bot_with_forms()):
        answer = ada.slash("/layout").answer()
    assert answer.text == "# Done\nSeed 5"
    assert answer.labels == ["Again"]
    assert answer.attachments[0].data == picture().data


def test_a_form_takes_choices_and_files(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    photo = picture()
    with living(discord_server, bot_with_forms()):
        asked = ada.slash("/setup")
        answer = ada.submit_modal(asked, {"Kind": ["Upper"], "Photo": [photo, photo]}).answer()
    assert answer.content == f"['upper_body'] [{len(photo.data)}, {len(photo.data)}]"


def test_menus_take_labels_and_people(discord_server: DiscordServer) -> None:
    guild = discord_server.add_guild()
    ada, ben = discord_server.add_member(guild, "ada"), discord_server.add_member(guild, "ben")
    with living(discord_server, bot_with_forms()):
        message = ada.slash("/menus").answer()
        assert ada.choose(message, "Garment", "Red").answer().content == "garment ['r']"
        assert ada.choose(message, "Whom", ada, ben).answer().content == "ada ben"


def test_an_edit_keeps_the_files_that_it_lists(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server, bot_with_forms()):
        message = ada.slash("/files").answer()
        discord_server.wait(lambda: message.edits == 1, what="the edit")
    assert [(one.filename, one.data) for one in message.attachments] == [
        ("first.bin", b"first"),
        ("second.bin", b"second"),
    ]
    assert message.text == "Result\nTwo files\nSeed\n5"


def test_a_bot_is_told_who_leaves_and_which_guild_sends_it_away(discord_server: DiscordServer) -> None:
    guild, other = discord_server.add_guild(), discord_server.add_guild("Other")
    ada = discord_server.add_member(guild, "ada")
    bot = TinyBot(discord.Intents(guilds=True, members=True))
    with living(discord_server, bot):
        discord_server.wait(lambda: bot.is_ready(), what="readiness")
        ada.leaves()
        discord_server.wait(lambda: bot.get_guild(guild.id).get_member(ada.id) is None)  # type: ignore[union-attr]
        discord_server.remove_guild(other)
        discord_server.wait(lambda: bot.get_guild(other.id) is None)
