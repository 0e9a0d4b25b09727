"""Channels, direct channels, and who may do what in them."""

from __future__ import annotations

from tests.standins.discord.call import NO_CONTENT, Answer, Call, answers
from tests.standins.discord.errors import (
    missing_access,
    missing_permissions,
    unknown_channel,
    unknown_user,
)
from tests.standins.discord.payloads import channel_json
from tests.standins.discord.state import VIEW_CHANNEL, Channel


def channel_of(call: Call, needed: int = 0) -> Channel:
    """The channel that the bot may see, and do `needed` in."""
    channel = call.server.world.channels.get(call.id("channel_id"))
    if channel is None:
        raise unknown_channel()
    if channel.guild:
        allowed = channel.guild.members[call.server.world.bot.id].permissions(channel)
        if not allowed & VIEW_CHANNEL:
            raise missing_access()
        if needed & ~allowed:
            raise missing_permissions()
    return channel


@answers("GET /channels/{channel_id}")
def get_channel(call: Call) -> Answer:
    return 200, channel_json(channel_of(call))


@answers("POST /channels/{channel_id}/typing")
def type_in_channel(call: Call) -> Answer:
    channel_of(call)
    return NO_CONTENT


@answers("POST /users/@me/channels")
def open_direct_channel(call: Call) -> Answer:
    user = call.server.world.users.get(int(call.body.get("recipient_id") or 0))
    if user is None:
        raise unknown_user()
    return 200, channel_json(call.server.world.direct_channel(user))
