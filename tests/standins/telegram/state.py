"""What exists on the stand-in's Telegram: people, chats, messages and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.standins.clock import Clock
from tests.standins.telegram.rules import Json

PRIVATE, GROUP, SUPERGROUP = "private", "group", "supergroup"
CREATOR, ADMINISTRATOR, MEMBER, LEFT, BANNED = "creator", "administrator", "member", "left", "kicked"
PRESENT = (CREATOR, ADMINISTRATOR, MEMBER)


@dataclass(eq=False, repr=False)
class User:
    id: int
    first_name: str
    username: str = ""
    language: str = "en"
    is_bot: bool = False

    def __repr__(self) -> str:
        return f"<User {self.first_name}>"


@dataclass(eq=False, repr=False)
class Chat:
    """`members`: the status of everybody who ever was in a group. `messages`: as all in it see them."""

    id: int
    kind: str
    title: str = ""
    user: User | None = None
    members: dict[User, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    started: bool = False
    blocked: bool = False
    _ids: count[int] = field(default_factory=lambda: count(1))

    def __repr__(self) -> str:
        return f"<Chat {self.title or self.user}>"

    def new_message_id(self) -> int:
        return next(self._ids)

    def find(self, message_id: int) -> Message | None:
        return next((one for one in self.messages if one.id == message_id), None)


@dataclass(eq=False, repr=False)
class Stored:
    """A file on Telegram's servers, one size of a photo or a document."""

    id: str
    unique_id: str
    data: bytes
    name: str
    mime: str
    pixels: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"<Stored {self.name or 'photo'} {len(self.data)} bytes {self.pixels}>"


@dataclass(eq=False, repr=False)
class Message:
    """`entities`: of the text or of the caption. `photo`: sizes from small to large."""

    id: int
    chat: Chat
    sender: User
    sent_at: float
    text: str = ""
    caption: str = ""
    entities: list[Json] = field(default_factory=list)
    photo: list[Stored] = field(default_factory=list)
    document: Stored | None = None
    markup: Json | None = None
    reply_to: Message | None = None
    album: str = ""
    service: Json = field(default_factory=dict)
    edited_at: float | None = None
    edits: int = 0
    deleted: bool = False

    def __repr__(self) -> str:
        holds = "photo" if self.photo else self.document or ""
        return f"<Message {self.words!r} {self.labels} {holds}{' deleted' if self.deleted else ''}>"

    @property
    def buttons(self) -> list[Json]:
        """Of the keyboard under the message, from left to right and down."""
        return [button for row in (self.markup or {}).get("inline_keyboard", ()) for button in row]

    @property
    def labels(self) -> list[str]:
        return [button["text"] for button in self.buttons]

    @property
    def words(self) -> str:
        return self.text or self.caption

    @property
    def file(self) -> Stored:
        """The document, or the largest size of the photo."""
        return self.document or self.photo[-1]


@dataclass(eq=False, repr=False)
class Press:
    """A pressed button, until the bot answers it."""

    id: str
    user: User
    message: Message
    data: str
    at: float
    answer: Json | None = None


class World:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._users = count(1001)
        self._groups = count(2001)
        self._files = count(1)
        self.bot = User(4242, "Giydir", "giydir_test_bot", is_bot=True)
        self.privacy = True
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Stored] = {}
        # All sizes of a photo, by the id of each.
        self.photos: dict[str, list[Stored]] = {}
        # File ids by path, and until when the link is good.
        self.links: dict[str, tuple[str, float]] = {}
        self.presses: dict[str, Press] = {}
        # By scope (its JSON's values in order) and language.
        self.commands: dict[tuple[tuple[Any, ...], str], list[Json]] = {}
        self.profile: dict[str, str] = {}

    def add_user(self, name: str, language: str) -> User:
        """With a private chat, in which nothing was said yet."""
        user = User(next(self._users), name, name.lower(), language)
        self.chats[user.id] = Chat(user.id, PRIVATE, user=user)
        return user

    def add_group(self, title: str, kind: str) -> Chat:
        number = next(self._groups)
        chat = Chat(-1_000_000_000_000 - number if kind == SUPERGROUP else -number, kind, title)
        chat.members[self.bot] = MEMBER
        self.chats[chat.id] = chat
        return chat

    def store(self, data: bytes, name: str, mime: str, pixels: tuple[int, int] | None) -> Stored:
        number = next(self._files)
        # As long as Telegram's own, of characters that a link and a button can carry.
        stored = Stored(f"AgACAgQAAxkBAAIB{number:056d}", f"AQAD{number:012d}", data, name, mime, pixels)
        self.files[stored.id] = stored
        return stored
