"""What exists, as JSON on the wire; fields as the API description and the gateway's docs name them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.standins.discord.cdn import Cdn
from tests.standins.discord.checks import LOADING
from tests.standins.discord.schema import Json
from tests.standins.discord.state import (
    Attachment,
    Channel,
    Guild,
    Interaction,
    Kind,
    Member,
    Message,
    Role,
    User,
)


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name.title(),
        "avatar": None,
        "discriminator": "0000" if user.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        **({"bot": True} if user.bot else {}),
    }


def member_json(member: Member) -> Json:
    """Without the user, as in messages."""
    return {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "deaf": False,
        "flags": 0,
        "joined_at": moment(member.joined_at),
        "mute": False,
        "nick": None,
        "pending": False,
        "premium_since": None,
        "roles": [str(role.id) for role in member.roles],
    }


def full_member_json(member: Member) -> Json:
    return {**member_json(member), "user": user_json(member.user)}


def role_json(role: Role) -> Json:
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel_json(channel: Channel) -> Json:
    last = str(max(channel.messages)) if channel.messages else None
    if channel.guild is None:
        assert channel.recipient is not None
        people = [user_json(channel.recipient)]
        return {"id": str(channel.id), "type": 1, "flags": 0, "last_message_id": last, "recipients": people}
    return {
        "id": str(channel.id),
        "type": 0,
        "flags": 0,
        "guild_id": str(channel.guild.id),
        "last_message_id": last,
        "name": channel.name,
        "nsfw": False,
        "parent_id": None,
        "permission_overwrites": [
            {
                "id": str(id),
                "type": 0 if any(role.id == id for role in channel.guild.roles) else 1,
                "allow": str(allow),
                "deny": str(deny),
            }
            for id, (allow, deny) in channel.overwrites.items()
        ],
        "position": channel.guild.channels.index(channel),
        "rate_limit_per_user": 0,
        "topic": None,
    }


def guild_json(guild: Guild) -> Json:
    nothing = (
        "icon description home_header splash discovery_splash banner application_id afk_channel_id"
        " system_channel_id widget_channel_id vanity_url_code rules_channel_id safety_alerts_channel_id"
        " public_updates_channel_id incidents_data max_presences"
    )
    zero = (
        "system_channel_flags verification_level default_message_notifications mfa_level"
        " explicit_content_filter premium_tier premium_subscription_count nsfw_level"
    )
    return {
        **dict.fromkeys(nothing.split()),
        **dict.fromkeys(zero.split(), 0),
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "features": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "preferred_locale": guild.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "roles": [role_json(role) for role in guild.roles],
        "emojis": [],
        "stickers": [],
    }


def guild_event(guild: Guild, members: list[Member]) -> Json:
    """GUILD_CREATE: a guild with what a connected bot is told besides."""
    return {
        **guild_json(guild),
        "joined_at": moment(guild.members[min(guild.members)].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "voice_states": [],
        "members": [full_member_json(member) for member in members],
        "channels": [channel_json(channel) for channel in guild.channels],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(attachment: Attachment, cdn: Cdn) -> Json:
    url = cdn.url(attachment)
    data: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
    }
    if attachment.pixels:
        data["width"], data["height"] = attachment.pixels
    if attachment.description:
        data["description"] = attachment.description
    return data


def message_json(message: Message, cdn: Cdn, *, with_reply: bool = True) -> Json:
    data: Json = {
        "id": str(message.id),
        "type": 19 if message.reply_to else (20 if message.interaction else 0),
        "channel_id": str(message.channel.id),
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": moment(message.sent_at),
        "edited_timestamp": moment(message.edited_at) if message.edited_at else None,
        "tts": False,
        "pinned": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [attachment_json(one, cdn) for one in message.attachments],
        "embeds": [{"type": "rich", **_shown(embed, message, cdn)} for embed in message.embeds],
        "components": [_shown(one, message, cdn) for one in message.components],
        "flags": message.flags | (LOADING if message.loading else 0),
    }
    if message.interaction:
        data["interaction_metadata"] = _metadata(message.interaction)
    if message.nonce:
        data["nonce"] = message.nonce
    if message.author.bot:
        data["application_id"] = str(message.author.id)
    if message.reply_to and with_reply:
        data["message_reference"] = {
            "type": 0,
            "channel_id": str(message.reply_to.channel.id),
            "message_id": str(message.reply_to.id),
        }
        data["referenced_message"] = message_json(message.reply_to, cdn, with_reply=False)
    return data


def message_event(message: Message, cdn: Cdn) -> Json:
    """MESSAGE_CREATE and MESSAGE_UPDATE: with the guild and the author's membership."""
    data = message_json(message, cdn)
    if guild := message.channel.guild:
        data["guild_id"] = str(guild.id)
        if message.author.id in guild.members:
            data["member"] = member_json(guild.members[message.author.id])
    return data


def _metadata(interaction: Interaction) -> Json:
    data: Json = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user_json(interaction.user),
        "authorizing_integration_owners": owners(interaction.channel),
    }
    if interaction.kind is Kind.COMPONENT and interaction.source:
        data["interacted_message_id"] = str(interaction.source.id)
    if interaction.kind is Kind.MODAL:
        # The command that opened it is not kept: a bot has no use for it.
        data["triggering_interaction_metadata"] = {**data, "type": int(Kind.COMMAND)}
    return data


def owners(channel: Channel) -> Json:
    return {"0": str(channel.guild.id) if channel.guild else "0"}


def _shown(part: Any, message: Message, cdn: Cdn) -> Any:
    """An embed or a component, with the links to files of the message as links to the CDN."""
    if isinstance(part, list):
        return [_shown(one, message, cdn) for one in part]
    if not isinstance(part, dict):
        return part
    shown = {name: _shown(inner, message, cdn) for name, inner in part.items() if inner is not None}
    for name in ("media", "file"):
        if isinstance(part.get(name), dict):
            shown[name] |= {"id": str(message.id), "proxy_url": shown[name]["url"]}
            shown.setdefault("description", None)
            shown.setdefault("spoiler", False)
    if str(part.get("url", "")).startswith("attachment://"):
        name = part["url"].removeprefix("attachment://")
        named = [one for one in message.attachments if one.filename == name]
        shown["url"] = cdn.url(named[0]) if named else part["url"]
    return shown
