"""Rate limits, lost connections, links and tokens that expire, failures on purpose."""

from __future__ import annotations

import time

import httpx2

from tests.standins.discord.server import DiscordServer
from tests.standins.discord.tiny import living
from tests.standins.files import picture

MESSAGES = "POST /channels/{channel_id}/messages"


def test_discord_py_obeys_the_limit_of_a_route(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    discord_server.limits.set(MESSAGES, 2, 0.5)
    with living(discord_server):
        began = time.monotonic()
        for number in range(3):
            assert ada.slash("/post", text=f"{number}").answer().content == "posted"
        assert time.monotonic() - began > 0.4
    assert [one.status for one in discord_server.requests(MESSAGES)] == [200, 200, 200]


def test_discord_py_waits_after_a_429_and_tries_again(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server):
        ada.slash("/post", text="before").answer()
        discord_server.limits.overall = (0, 0.2)
        asked = ada.slash("/post", text="late")
        refused = discord_server.wait(
            lambda: [e for e in discord_server.requests(MESSAGES) if e.status == 429]
        )
        assert refused[0].answer["global"]
        discord_server.limits.overall = (50, 1.0)
        assert asked.answer().content == "posted"


def test_a_bot_resumes_after_its_connection_was_cut(discord_server: DiscordServer) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server):
        discord_server.cut_connections()
        # Sent while the bot is away, and told when it resumes.
        assert ada.slash("/secret").answer(within=15).content == "for you only"
        assert discord_server.gateway.resumed == 1
        discord_server.serving.do(discord_server.gateway.ask_to_reconnect)
        discord_server.wait(lambda: discord_server.gateway.resumed == 2, 10, "the second resume")
        assert ada.slash("/secret").answer().content == "for you only"
        assert discord_server.gateway.heartbeats > 0


def test_a_token_of_an_interaction_ends_after_a_quarter_of_an_hour(
    discord_server: DiscordServer, http: httpx2.Client
) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    with living(discord_server):
        asked = ada.slash("/secret")
        asked.followup()
    world, token = discord_server.world, asked.interaction.token
    url = f"{discord_server.api_url}/webhooks/{world.application_id}/{token}"
    assert http.post(url, json={"content": "still there"}).status_code == 204
    discord_server.clock.advance(15 * 60)
    late = http.post(url, json={"content": "too late"})
    assert (late.status_code, late.json()["code"]) == (401, 50027)
    unknown = http.post(url + "0", json={"content": "x"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, 10015)


def test_links_of_the_cdn_are_signed_and_expire(discord_server: DiscordServer, http: httpx2.Client) -> None:
    ada = discord_server.add_member(discord_server.add_guild(), "ada")
    photo = picture()
    message = ada.says("", photo)
    url = discord_server.cdn.url(message.attachments[0])
    assert http.get(url).content == photo.data
    assert http.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 404
    discord_server.clock.advance(25 * 3600)
    assert http.get(url).status_code == 404
    assert http.get(discord_server.cdn.url(message.attachments[0])).status_code == 200


def test_failures_on_purpose_with_and_without_the_work_done(discord_server: DiscordServer) -> None:
    guild = discord_server.add_guild()
    ada = discord_server.add_member(guild, "ada")
    with living(discord_server):
        discord_server.fail_next(MESSAGES, 403)
        assert ada.slash("/post", text="never there").answer().content == "403 0"
        discord_server.fail_next(MESSAGES, 500, done=True)
        # discord.py tries again after a 500, with the same nonce: the message is there once.
        assert ada.slash("/post", text="hello").answer().content == "posted"
    assert [one.status for one in discord_server.requests(MESSAGES)] == [403, 500, 200]
    assert [one.content for one in ada.sees_in(guild.general) if not one.ephemeral] == ["hello"]


def test_a_wrong_token_opens_nothing(discord_server: DiscordServer, http: httpx2.Client) -> None:
    answer = http.get(discord_server.api_url + "/users/@me", headers={"Authorization": "Bot wrong"})
    assert answer.status_code == 401
    assert [one.status for one in discord_server.transcript.refused()] == [401]
