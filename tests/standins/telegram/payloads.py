"""What exists, as JSON on the wire; fields as the API description names them."""

from __future__ import annotations

from tests.standins.telegram.rules import Json
from tests.standins.telegram.state import (
    ADMINISTRATOR,
    BANNED,
    CREATOR,
    PRIVATE,
    Chat,
    Message,
    Press,
    Stored,
    User,
)

RIGHTS = [
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
]


def user_json(user: User) -> Json:
    data: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.username:
        data["username"] = user.username
    if not user.is_bot:
        data["language_code"] = user.language
    return data


def chat_json(chat: Chat) -> Json:
    if chat.user:
        return {
            "id": chat.id,
            "type": PRIVATE,
            "first_name": chat.user.first_name,
            "username": chat.user.username,
        }
    return {"id": chat.id, "type": chat.kind, "title": chat.title}


def member_json(user: User, status: str) -> Json:
    data: Json = {"status": status, "user": user_json(user)}
    if status == CREATOR:
        data["is_anonymous"] = False
    elif status == ADMINISTRATOR:
        data |= {right: right not in ("can_be_edited", "is_anonymous") for right in RIGHTS}
    elif status == BANNED:
        data["until_date"] = 0
    return data


def size_json(size: Stored) -> Json:
    assert size.pixels
    width, height = size.pixels
    return {**_file_json(size), "width": width, "height": height}


def document_json(document: Stored) -> Json:
    return {**_file_json(document), "file_name": document.name, "mime_type": document.mime}


def message_json(message: Message, *, with_reply: bool = True) -> Json:
    data: Json = {
        "message_id": message.id,
        "date": int(message.sent_at),
        "chat": chat_json(message.chat),
        "from": user_json(message.sender),
        **message.service,
    }
    if message.text:
        data["text"] = message.text
    if message.photo:
        data["photo"] = [size_json(size) for size in message.photo]
    if message.document:
        data["document"] = document_json(message.document)
    if message.caption:
        data["caption"] = message.caption
    if message.entities:
        data["entities" if message.text else "caption_entities"] = message.entities
    if message.markup and "inline_keyboard" in message.markup:
        data["reply_markup"] = message.markup
    if message.album:
        data["media_group_id"] = message.album
    if message.edited_at:
        data["edit_date"] = int(message.edited_at)
    if message.reply_to and with_reply:
        data["reply_to_message"] = message_json(message.reply_to, with_reply=False)
    return data


def press_json(press: Press) -> Json:
    return {
        "id": press.id,
        "from": user_json(press.user),
        "message": message_json(press.message),
        "chat_instance": str(press.message.chat.id),
        "data": press.data,
    }


def _file_json(stored: Stored) -> Json:
    return {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": len(stored.data)}
