"""Messages that a bot writes with its own token, outside of interactions."""

from __future__ import annotations

from urllib.parse import unquote

from tests.standins.discord.call import NO_CONTENT, Answer, Call, answers
from tests.standins.discord.errors import (
    cannot_write_to_user,
    missing_permissions,
    not_the_author,
    unknown_message,
)
from tests.standins.discord.payloads import message_json
from tests.standins.discord.routes.channels import channel_of
from tests.standins.discord.state import (
    ATTACH_FILES,
    MANAGE_MESSAGES,
    READ_HISTORY,
    SEND_MESSAGES,
    Message,
)
from tests.standins.discord.writing import remove, rewrite, write

# "The past few minutes", the docs say.
NONCE_SECONDS = 180.0


def message_of(call: Call, needed: int = 0) -> Message:
    """No ephemeral one: those are reached by their interaction only."""
    message = channel_of(call, needed).messages.get(call.id("message_id"))
    if message is None or message.ephemeral:
        raise unknown_message()
    return message


@answers("POST /channels/{channel_id}/messages")
def create_message(call: Call) -> Answer:
    channel = channel_of(call, SEND_MESSAGES | (ATTACH_FILES if call.files else 0))
    if channel.recipient and not channel.recipient.takes_dms:
        raise cannot_write_to_user()
    server, nonce = call.server, str(call.body.get("nonce") or "")
    if call.body.get("enforce_nonce") and (earlier := _sent_with(call, nonce)):
        return 200, message_json(earlier, server.cdn)
    reply_to = None
    if reference := call.body.get("message_reference"):
        reply_to = channel.messages.get(int(reference["message_id"]))
        if reply_to is None and reference.get("fail_if_not_exists", True):
            raise unknown_message()
    message = write(server, channel, server.world.bot, call.body, call.files, reply_to=reply_to)
    message.nonce = nonce
    return 200, message_json(message, server.cdn)


def _sent_with(call: Call, nonce: str) -> Message | None:
    """The bot's message of the past few minutes that came with this nonce."""
    world, since = call.server.world, call.server.clock.now() - NONCE_SECONDS
    for channel in world.channels.values():
        for message in channel.messages.values():
            if message.nonce == nonce and message.author is world.bot and message.sent_at > since:
                return message
    return None


@answers("GET /channels/{channel_id}/messages")
def list_messages(call: Call) -> Answer:
    messages = [one for one in channel_of(call, READ_HISTORY).messages.values() if not one.ephemeral]
    before, after = int(call.query.get("before", 1 << 63)), int(call.query.get("after", 0))
    found = sorted(
        (one for one in messages if after < one.id < before),
        key=lambda one: one.id,
        reverse="after" not in call.query,
    )
    shown = sorted(found[: int(call.query.get("limit", 50))], key=lambda one: one.id, reverse=True)
    return 200, [message_json(one, call.server.cdn) for one in shown]


@answers("GET /channels/{channel_id}/messages/{message_id}")
def get_message(call: Call) -> Answer:
    return 200, message_json(message_of(call, READ_HISTORY), call.server.cdn)


@answers("PATCH /channels/{channel_id}/messages/{message_id}")
def update_message(call: Call) -> Answer:
    message = message_of(call)
    if message.author is not call.server.world.bot:
        raise not_the_author()
    rewrite(call.server, message, call.body, call.files)
    return 200, message_json(message, call.server.cdn)


@answers("DELETE /channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call) -> Answer:
    message = message_of(call)
    if message.author is not call.server.world.bot:
        if message.channel.guild is None:
            raise missing_permissions()
        message_of(call, MANAGE_MESSAGES)
    remove(call.server, message)
    return NO_CONTENT


@answers("PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me")
def add_reaction(call: Call) -> Answer:
    message_of(call, READ_HISTORY).reactions.add(unquote(call.values["emoji_name"]))
    call.server.serving.changed()
    return NO_CONTENT


@answers("DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me")
def remove_reaction(call: Call) -> Answer:
    message_of(call).reactions.discard(unquote(call.values["emoji_name"]))
    call.server.serving.changed()
    return NO_CONTENT
