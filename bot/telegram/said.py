"""What a message says: a command with its words, and a photo."""

from __future__ import annotations

from dataclasses import dataclass, field

from telegram import Message, MessageEntity


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
    text, entities = message.text or message.caption, message.entities or message.caption_entities
    if not text or not entities:
        return None
    first = entities[0]
    if first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return None
    name, _, whose = text[1 : first.length].partition("@")
    if whose and whose.lower() != bot_name.lower():
        return None
    return Command(name.lower(), tuple(text[first.length :].split()))


def photo_of(message: Message) -> Photo | None:
    """In its largest size, or as the file that it was sent as."""
    if message.photo:
        largest = message.photo[-1]
        return Photo(largest.file_id, largest.file_size or 0)
    document = message.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        return Photo(document.file_id, document.file_size or 0)
    return None
