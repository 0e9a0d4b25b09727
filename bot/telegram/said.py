"""What a message says: a command with its words, and a photo."""

from __future__ import annotations

from dataclasses import dataclass, field

from telegram import Message

from tasks.errors import OptionInvalid


@dataclass(frozen=True)
class Command:
    """Without the slash, and what stands behind it."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Photo:
    """A file on Telegram's servers. `size` in bytes, as Telegram says."""

    file_id: str = field(repr=False)
    size: int


def command_of(message: Message, bot_name: str) -> Command | None:
    """The command that a text or a caption begins with, unless it is for another bot."""
    first, *words = (message.text or message.caption or "").split() or [""]
    name, _, whose = first.removeprefix("/").partition("@")
    if not first.startswith("/") or (whose and whose.lower() != bot_name.lower()):
        return None
    return Command(name.lower(), tuple(words))


def number_of(word: str) -> int:
    """A whole number that somebody wrote. Raises `OptionInvalid`."""
    if not (word.isascii() and word.isdigit() and len(word) <= 18):
        raise OptionInvalid("no whole number")
    return int(word)


def photo_of(message: Message) -> Photo | None:
    """In its largest size, or as the file that it was sent as."""
    if message.photo:
        largest = message.photo[-1]
        return Photo(largest.file_id, largest.file_size or 0)
    document = message.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        return Photo(document.file_id, document.file_size or 0)
    return None


def answers(message: Message, user_id: int) -> bool:
    """Whether it is a reply to something that this user said."""
    before = message.reply_to_message
    return before is not None and before.from_user is not None and before.from_user.id == user_id
