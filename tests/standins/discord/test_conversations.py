"""A real discord.py bot and people, over real HTTP and a real WebSocket."""

from __future__ import annotations

import discord
import pytest

from tests.standins.discord.options import NotOffered
from tests.standins.discord.server import DiscordServer
from tests.standins.discord.state import Callback
from tests.standins.discord.tiny import TinyBot, living
from tests.standins.files import picture
from tests.standins.serving import NothingCame


def test_a_deferred_answer_arrives_with_its_file_and_its_button_works_after_a_restart(
    discord_server: DiscordServer,
) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    photo = picture(40, 60)
    with living(discord_server):
        asked = ada.slash("/tryon", person=photo, garment=picture(name="shirt.png"), locale="tr")
        assert asked.acknowledged() is Callback.THINKING
        answer = asked.answer()
        assert answer.content == "tr: done"
        assert [(one.filename, one.data, one.pixels) for one in answer.attachments] == [
            ("result.png", photo.data, (40, 60))
        ]
        assert ada.press(answer, "Again").answer() is answer
        assert answer.content == "job 7 again"
    with living(discord_server):
        edits = answer.edits
        ada.press(answer, "again:7").answer()
        assert answer.edits == edits + 1
        assert answer.attachments


def test_an_ephemeral_answer_is_seen_by_one_person_only(discord_server: DiscordServer) -> None:
    guild = discord_server.add_guild()
    ada, ben = discord_server.add_member(guild, "ada"), discord_server.add_member(guild, "ben")
    with living(discord_server):
        asked = ada.slash("/secret")
        answer, followup = asked.answer(), asked.followup()
    assert ada.sees(answer)
    assert ada.sees(followup)
    assert not ben.sees(answer)
    assert ada.sees_in(guild.general) == [answer, followup]
    assert ben.sees_in(guild.general) == []


def test_a_menu_opens_a_form_and_the_form_is_answered(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server):
        asked = ada.context_menu("Report picture", ada.says("look", picture()))
        assert asked.modal()["title"] == "Report"
        with pytest.raises(NotOffered, match="not let through"):
            ada.submit_modal(asked, {"Why": "x" * 101})
        assert ada.submit_modal(asked, {"Why": "not me"}).answer().content == "reported: not me"


def test_options_are_completed_while_somebody_types(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server):
        choices = ada.autocomplete("/tryon", "note", "re")
    assert choices == [{"name": "rea", "value": "a"}, {"name": "reb", "value": "b"}]


def test_a_client_offers_only_what_is_registered_and_allowed(discord_server: DiscordServer) -> None:
    guild = discord_server.add_guild()
    moderator = discord_server.add_role(guild, "moderator", discord.Permissions(manage_guild=True))
    ada, eve = discord_server.add_member(guild, "ada", moderator), discord_server.add_member(guild, "eve")
    with living(discord_server):
        assert ada.slash("/mod ban", who=eve, days=3).answer().content == "eve for 3 days"
        with pytest.raises(NotOffered, match="not offered to eve"):
            eve.slash("/mod ban", who=ada, days=3)
        with pytest.raises(NotOffered, match="not between"):
            ada.slash("/mod ban", who=eve, days=8)
        with pytest.raises(NotOffered, match="needs"):
            ada.slash("/tryon", person=picture())
        with pytest.raises(NotOffered, match="no command"):
            ada.slash("/unknown")


def test_an_interaction_is_acknowledged_once(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server) as bot:
        assert ada.slash("/twice").answer().content == "first"
        discord_server.wait(lambda: bot.heard, what="the second answer")
    assert bot.heard == ["400 40060"]


def test_a_bot_that_is_late_is_told_so_and_the_person_too(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server) as bot:
        discord_server.cut_connections()
        asked = ada.slash("/twice")
        discord_server.clock.advance(3.1)
        with pytest.raises(NothingCame, match="an answer to 'twice'"):
            asked.answer(within=0.2)
        assert asked.failed
        discord_server.wait(lambda: len(bot.heard) == 2, 10, what="both answers")
    assert bot.heard == ["404 10062", "404 10062"]


def test_a_bot_hears_what_its_intents_let_it_hear(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    for intents, heard in (
        (discord.Intents(guilds=True), []),
        (discord.Intents(guilds=True, guild_messages=True), [""]),
        (discord.Intents(guilds=True, guild_messages=True, message_content=True), ["hello"]),
    ):
        with living(discord_server, TinyBot(intents)) as bot:
            ada.says("hello")
            ada.slash("/secret").answer()
        assert bot.heard == heard


def test_direct_messages_and_links_of_the_cdn(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server):
        answer = ada.slash("/secret", channel=ada.direct).answer()
        assert answer.channel is ada.direct
