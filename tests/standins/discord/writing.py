"""Messages are written, changed and deleted, and the gateway tells of it."""

from __future__ import annotations

from copy import deepcopy
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.standins.discord.checks import (
    COMPONENTS_V2,
    EPHEMERAL,
    check_files,
    check_filled,
    check_message,
    walk,
)
from tests.standins.discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES
from tests.standins.discord.payloads import message_event
from tests.standins.discord.rules import MOST_FILES
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Attachment, Channel, Interaction, Message, User
from tests.standins.files import File

if TYPE_CHECKING:
    from tests.standins.discord.server import DiscordServer

# Flags that a bot may set: suppressed embeds, ephemeral, silent, components of version 2.
SETTABLE = 1 << 2 | EPHEMERAL | 1 << 12 | COMPONENTS_V2


def write(
    server: DiscordServer,
    channel: Channel,
    author: User,
    body: Json,
    files: dict[int, File],
    *,
    interaction: Interaction | None = None,
    reply_to: Message | None = None,
    loading: bool = False,
) -> Message:
    """A new message; `loading` for the one that says that the bot is thinking, which holds nothing yet."""
    flags = (body.get("flags") or 0) & SETTABLE
    if not interaction:
        flags &= ~EPHEMERAL
    if not loading:
        check_files(body, files, server.upload_limit)
        check_message(body, files, flags)
        check_filled(body, files)
    message = Message(
        server.world.new_id(),
        channel,
        author,
        server.clock.now(),
        flags=flags,
        interaction=interaction,
        only_for=interaction.user if interaction and flags & EPHEMERAL else None,
        reply_to=reply_to,
        loading=loading,
    )
    _fill(server, message, body, files)
    channel.messages[message.id] = message
    tell(server, "MESSAGE_CREATE", message)
    return message


def rewrite(server: DiscordServer, message: Message, body: Json, files: dict[int, File]) -> None:
    """Change what the body names, and nothing else."""
    flags = message.flags | (body.get("flags") or 0) & COMPONENTS_V2
    check_files(body, files, server.upload_limit)
    names = _names(message, body)
    check_message({**body, "attachments": names}, files, flags)
    before = {"content": message.content, "embeds": message.embeds, "components": message.components}
    check_filled({**before, **body, "attachments": names}, files)
    message.flags = flags
    message.loading = False
    message.edited_at = server.clock.now()
    message.edits += 1
    _fill(server, message, body, files)
    tell(server, "MESSAGE_UPDATE", message)


def remove(server: DiscordServer, message: Message) -> None:
    message.deleted = True
    message.channel.messages.pop(message.id, None)
    data: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
    if message.channel.guild:
        data["guild_id"] = str(message.channel.guild.id)
    if not message.ephemeral:
        server.gateway.send(
            "MESSAGE_DELETE", data, GUILD_MESSAGES if message.channel.guild else DIRECT_MESSAGES
        )
    server.serving.changed()


def attach(server: DiscordServer, channel: Channel, file: File, description: str | None = None) -> Attachment:
    """Put a file where the CDN serves it."""
    attachment = Attachment(
        server.world.new_id(), channel.id, file.name, file.kind, file.data, file.size_in_pixels(), description
    )
    server.world.attachments[attachment.id] = attachment
    return attachment


def tell(server: DiscordServer, event: str, message: Message) -> None:
    """Of an ephemeral message only the person and the bot that wrote it know."""
    server.serving.changed()
    if message.ephemeral:
        return
    data = message_event(message, server.cdn)
    hidden = None
    if message.channel.guild and message.author is not server.world.bot:
        mention = f"<@{server.world.bot.id}>" in message.content
        hidden = (
            data if mention else {**data, "content": "", "embeds": [], "attachments": [], "components": []}
        )
    server.gateway.send(event, data, GUILD_MESSAGES if message.channel.guild else DIRECT_MESSAGES, hidden)


def _fill(server: DiscordServer, message: Message, body: Json, files: dict[int, File]) -> None:
    if "content" in body:
        message.content = body["content"] or ""
    if "embeds" in body:
        message.embeds = deepcopy(body["embeds"] or [])
    if "components" in body:
        message.components = _numbered(body["components"] or [])
    listed: list[Any] | None = body.get("attachments")
    descriptions = {int(one["id"]): one.get("description") for one in listed or ()}
    if listed is not None:
        kept = {int(one["id"]) for one in listed}
        message.attachments = [one for one in message.attachments if one.id in kept]
    message.attachments += [
        attach(server, message.channel, file, descriptions.get(index))
        for index, file in sorted(files.items())
    ]


def _numbered(components: list[Json]) -> list[Json]:
    """With an id for every component that came without one; what only forms know is left out."""
    copied = deepcopy(components)
    used = {one["id"] for one in walk(copied) if one.get("id")}
    fresh = (number for number in count(1) if number not in used)
    for one in walk(copied):
        if not one.get("id"):
            one["id"] = next(fresh)
        one.pop("required", None)
    return copied


def _names(message: Message, body: Json) -> list[Json]:
    """The files that the message will have besides the new ones."""
    listed = body.get("attachments")
    ids = (
        {int(one["id"]) for one in listed} if listed is not None else {one.id for one in message.attachments}
    )
    kept = [{"id": one.id, "filename": one.filename} for one in message.attachments if one.id in ids]
    return kept + [one for one in listed or () if int(one["id"]) < MOST_FILES]
