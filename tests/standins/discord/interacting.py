"""What a person's client sends off: interactions, with everything that they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standins.discord.payloads import (
    attachment_json,
    channel_json,
    member_json,
    message_json,
    owners,
    role_json,
    user_json,
)
from tests.standins.discord.schema import Json
from tests.standins.discord.state import (
    EVERYTHING,
    Attachment,
    Channel,
    Interaction,
    Kind,
    Member,
    Message,
    Role,
    User,
)

if TYPE_CHECKING:
    from tests.standins.discord.server import DiscordServer


def interact(
    server: DiscordServer,
    kind: Kind,
    user: User,
    channel: Channel,
    data: Json,
    locale: str,
    source: Message | None = None,
) -> Interaction:
    """Open an interaction and tell the bot of it."""
    world = server.world
    interaction = Interaction(
        world.new_id(), world.new_token(), kind, user, channel, data, server.clock.now(), locale, source
    )
    world.interactions[interaction.token] = interaction
    server.gateway.send("INTERACTION_CREATE", _event(server, interaction))
    return interaction


def resolved(server: DiscordServer, guild_members: dict[int, Member], things: list[Any]) -> Json:
    """What the ids in an interaction's data stand for."""
    found: Json = {}
    for thing in things:
        if isinstance(thing, User):
            found.setdefault("users", {})[str(thing.id)] = user_json(thing)
            if thing.id in guild_members:
                member = guild_members[thing.id]
                shown = {**member_json(member), "permissions": str(member.permissions())}
                found.setdefault("members", {})[str(thing.id)] = shown
        elif isinstance(thing, Role):
            found.setdefault("roles", {})[str(thing.id)] = role_json(thing)
        elif isinstance(thing, Channel):
            shown = {**channel_json(thing), "permissions": str(EVERYTHING)}
            found.setdefault("channels", {})[str(thing.id)] = shown
        elif isinstance(thing, Attachment):
            found.setdefault("attachments", {})[str(thing.id)] = attachment_json(thing, server.cdn)
        elif isinstance(thing, Message):
            found.setdefault("messages", {})[str(thing.id)] = message_json(thing, server.cdn)
    return found


def _event(server: DiscordServer, interaction: Interaction) -> Json:
    channel, guild = interaction.channel, interaction.channel.guild
    data: Json = {
        "id": str(interaction.id),
        "application_id": str(server.world.application_id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel_json(channel),
        "locale": interaction.locale,
        "entitlements": [],
        "authorizing_integration_owners": owners(channel),
        "attachment_size_limit": server.upload_limit,
        "context": 0 if guild else 1,
    }
    if guild:
        member = guild.members[interaction.user.id]
        permissions = str(member.permissions(channel))
        data["guild_id"] = str(guild.id)
        data["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
        data["guild_locale"] = guild.locale
        data["member"] = {**member_json(member), "user": user_json(member.user), "permissions": permissions}
        data["app_permissions"] = str(guild.members[server.world.bot.id].permissions(channel))
        data["channel"]["permissions"] = permissions
    else:
        data["user"] = user_json(interaction.user)
        data["app_permissions"] = str(EVERYTHING)
    if interaction.source:
        data["message"] = message_json(interaction.source, server.cdn)
    return data
