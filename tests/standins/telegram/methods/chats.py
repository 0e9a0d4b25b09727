"""Chats, who is in them, and files."""

from __future__ import annotations

from tests.standins.telegram.call import Call, answers
from tests.standins.telegram.errors import bad_request
from tests.standins.telegram.payloads import chat_json, member_json
from tests.standins.telegram.rules import Json
from tests.standins.telegram.state import ADMINISTRATOR, CREATOR, LEFT, MEMBER, PRESENT, User

DOWNLOAD_BYTES = 20 * 1024 * 1024
LINK_SECONDS = 3600.0


@answers("getChat")
def get_chat(call: Call) -> Json:
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return {
        **chat_json(call.chat()),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


@answers("getChatMember")
def get_chat_member(call: Call) -> Json:
    chat, wanted = call.chat(), call.values["user_id"]
    if chat.user and chat.user.id == wanted:
        return member_json(chat.user, MEMBER)
    for user, status in chat.members.items():
        if user.id == wanted:
            return member_json(user, status)
    known = call.server.world.chats.get(wanted)
    if known is None or known.user is None:
        raise bad_request("user not found")
    return member_json(known.user, LEFT)


@answers("getChatAdministrators")
def get_administrators(call: Call) -> list[Json]:
    """Of people; bots are not told of."""
    chat = call.chat()
    if chat.user:
        raise bad_request("there are no administrators in the private chat")
    leading = {user: status for user, status in chat.members.items() if status in (CREATOR, ADMINISTRATOR)}
    return [member_json(user, status) for user, status in leading.items() if not user.is_bot]


@answers("getChatMemberCount")
def count_members(call: Call) -> int:
    chat = call.chat()
    return 2 if chat.user else sum(status in PRESENT for status in chat.members.values())


@answers("leaveChat")
def leave_chat(call: Call) -> bool:
    chat = call.chat()
    if chat.user:
        raise bad_request("chat member status can't be changed in private chats")
    bot: User = call.server.world.bot
    chat.members[bot] = LEFT
    return True


@answers("getFile")
def get_file(call: Call) -> Json:
    """With a path that is good for an hour."""
    world = call.server.world
    stored = world.files.get(call.values["file_id"])
    if stored is None:
        raise bad_request("invalid file_id")
    if len(stored.data) > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    ending = stored.name.rpartition(".")[2] if "." in stored.name else "jpg"
    path = f"{'photos' if stored.id in world.photos else 'documents'}/file_{stored.unique_id}.{ending}"
    world.links[path] = (stored.id, call.server.clock.now() + LINK_SECONDS)
    return {
        "file_id": stored.id,
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.data),
        "file_path": path,
    }
