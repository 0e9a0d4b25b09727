"""Guilds, their members and roles, the application itself, and where the gateway is."""

from __future__ import annotations

from tests.standins.discord.call import Answer, Call, answers
from tests.standins.discord.errors import unknown_guild, unknown_member
from tests.standins.discord.payloads import (
    channel_json,
    full_member_json,
    guild_json,
    role_json,
    user_json,
)
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Guild


def guild_of(call: Call) -> Guild:
    guild = call.server.world.guilds.get(call.id("guild_id"))
    if guild is None:
        raise unknown_guild()
    return guild


@answers("GET /users/@me")
def get_me(call: Call) -> Answer:
    return 200, {
        **user_json(call.server.world.bot),
        "mfa_enabled": False,
        "locale": "en-US",
        "verified": True,
    }


@answers("GET /applications/@me", "GET /oauth2/applications/@me")
def get_application(call: Call) -> Answer:
    world = call.server.world
    nothing = "icon interactions_endpoint_url role_connections_verification_url team"
    data: Json = {
        **dict.fromkeys(nothing.split()),
        "id": str(world.application_id),
        "name": world.bot.name,
        "description": "",
        "type": None,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "owner": user_json(world.owner),
        "bot": user_json(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
    }
    return 200, data


@answers("GET /gateway")
def get_gateway(call: Call) -> Answer:
    return 200, {"url": call.server.gateway_url}


@answers("GET /gateway/bot")
def get_gateway_of_bot(call: Call) -> Answer:
    limit = call.server.gateway.start_limit()
    return 200, {"url": call.server.gateway_url, "shards": 1, "session_start_limit": limit}


@answers("GET /guilds/{guild_id}")
def get_guild(call: Call) -> Answer:
    return 200, guild_json(guild_of(call))


@answers("GET /guilds/{guild_id}/channels")
def list_channels(call: Call) -> Answer:
    return 200, [channel_json(channel) for channel in guild_of(call).channels]


@answers("GET /guilds/{guild_id}/roles")
def list_roles(call: Call) -> Answer:
    return 200, [role_json(role) for role in guild_of(call).roles]


@answers("GET /guilds/{guild_id}/members")
def list_members(call: Call) -> Answer:
    after = int(call.query.get("after", 0))
    members = sorted(guild_of(call).members.items())
    found = [full_member_json(member) for id, member in members if id > after]
    return 200, found[: int(call.query.get("limit", 1))]


@answers("GET /guilds/{guild_id}/members/{user_id}")
def get_member(call: Call) -> Answer:
    member = guild_of(call).members.get(call.id("user_id"))
    if member is None:
        raise unknown_member()
    return 200, full_member_json(member)
