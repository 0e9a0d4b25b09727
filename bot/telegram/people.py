"""Who somebody is: Telegram's users and chats in the core's words."""

from __future__ import annotations

from telegram import Chat, User
from telegram.constants import ChatType

from tasks.records import Asker, Person

PLATFORM = "telegram"


def asker_of(user: User, chat: Chat) -> Asker:
    """The member in their group; a private chat is a community of its own."""
    place = f"user:{user.id}" if chat.type == ChatType.PRIVATE else str(chat.id)
    return Asker(PLATFORM, place, str(user.id))


def person_of(user: User) -> Person:
    return Person(PLATFORM, str(user.id))


def mention(user: str) -> str:
    """What `as_html` makes a link to somebody of; their name is not known here."""
    return f"[user {user}]"
