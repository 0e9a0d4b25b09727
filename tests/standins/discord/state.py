"""What exists on the stand-in's Discord: guilds, channels, people, messages and interactions."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Any

from tests.standins.clock import Clock
from tests.standins.discord.checks import BUTTON, EPHEMERAL, TEXT_DISPLAY, walk
from tests.standins.discord.schema import Json

EPOCH_MS = 1_420_070_400_000
ACKNOWLEDGE_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
ATTACH_FILES = 1 << 15
READ_HISTORY = 1 << 16
ADMINISTRATOR = 1 << 3
EVERYTHING = (1 << 53) - 1
# What @everyone may do in a new guild: see, write, attach, embed, react, read history, use commands.
USUAL = VIEW_CHANNEL | SEND_MESSAGES | ATTACH_FILES | READ_HISTORY | 1 << 14 | 1 << 6 | 1 << 31


class Callback(IntEnum):
    """How a bot acknowledges an interaction."""

    PONG = 1
    MESSAGE = 4
    THINKING = 5
    LATER = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class Kind(IntEnum):
    """Of an interaction."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Named:
    """Shown by its name alone: the things of this module know each other, and all would show all."""

    name: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


@dataclass(eq=False, repr=False)
class User(Named):
    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    takes_dms: bool = True


@dataclass(eq=False, repr=False)
class Role(Named):
    id: int
    name: str
    permissions: int
    position: int


@dataclass(eq=False, repr=False)
class Member:
    user: User
    guild: Guild
    joined_at: float
    roles: list[Role] = field(default_factory=list)

    def permissions(self, channel: Channel | None = None) -> int:
        """Of roles, and of the channel's overwrites where one is given."""
        if self.user is self.guild.owner:
            return EVERYTHING
        roles = [self.guild.everyone, *self.roles]
        bits = 0
        for role in roles:
            bits |= role.permissions
        if bits & ADMINISTRATOR:
            return EVERYTHING
        overwrites = channel.overwrites if channel else {}
        for ids in ([self.guild.everyone.id], [role.id for role in self.roles], [self.user.id]):
            allow, deny = 0, 0
            for allowed, denied in (overwrites[one] for one in ids if one in overwrites):
                allow, deny = allow | allowed, deny | denied
            bits = bits & ~deny | allow
        return bits


@dataclass(eq=False, repr=False)
class Channel(Named):
    """Of a guild, or with one person (`recipient`) where `guild` is None."""

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)

    def deny(self, whom: Role | Member, permissions: int) -> None:
        """Take permissions away in this channel."""
        id = whom.id if isinstance(whom, Role) else whom.user.id
        self.overwrites[id] = (0, permissions)


@dataclass(eq=False, repr=False)
class Guild(Named):
    id: int
    name: str
    owner: User
    everyone: Role
    locale: str = "en-US"
    roles: list[Role] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)

    @property
    def general(self) -> Channel:
        return self.channels[0]


@dataclass(eq=False, repr=False)
class Attachment:
    id: int
    channel_id: int
    filename: str
    content_type: str
    data: bytes
    pixels: tuple[int, int] | None = None
    description: str | None = None

    def __repr__(self) -> str:
        return f"<Attachment {self.filename} {len(self.data)} bytes {self.pixels}>"


@dataclass(eq=False, repr=False)
class Message:
    """`only_for`: an ephemeral one is seen by this person and by nobody else. `loading`: "is thinking..."."""

    id: int
    channel: Channel
    author: User
    sent_at: float
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    edited_at: float | None = None
    edits: int = 0
    interaction: Interaction | None = None
    only_for: User | None = None
    loading: bool = False
    deleted: bool = False
    reply_to: Message | None = None
    reactions: set[str] = field(default_factory=set)
    nonce: str | None = None

    def __repr__(self) -> str:
        files = [one.filename for one in self.attachments]
        return f"<Message {self.text!r} {self.labels} {files}{' deleted' if self.deleted else ''}>"

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def buttons(self) -> list[Json]:
        return [one for one in walk(self.components) if one["type"] == BUTTON]

    @property
    def labels(self) -> list[str]:
        return [button.get("label") or "" for button in self.buttons]

    @property
    def text(self) -> str:
        """Everything written in it: content, embeds, text components, one line each."""
        lines: list[str | None] = [self.content]
        for embed in self.embeds:
            lines += [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
            lines += [text for row in embed.get("fields") or () for text in (row["name"], row["value"])]
        lines += [one["content"] for one in walk(self.components) if one["type"] == TEXT_DISPLAY]
        return "\n".join(line for line in lines if line)


@dataclass(eq=False, repr=False)
class Interaction:
    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    data: Json
    created_at: float
    locale: str
    source: Message | None = None
    acknowledged: Callback | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    updates: int = 0

    def too_late(self, now: float) -> bool:
        return self.acknowledged is None and now - self.created_at > ACKNOWLEDGE_SECONDS

    def expired(self, now: float) -> bool:
        return now - self.created_at > TOKEN_SECONDS


class World:
    """`owner` made the application; every guild is owned by somebody who is not in the test."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._numbers = count(1)
        self.application_id = self.new_id()
        self.owner = User(self.new_id(), "owner")
        self.bot = User(self.application_id, "giydir", bot=True)
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.users: dict[int, User] = {self.bot.id: self.bot, self.owner.id: self.owner}
        self.attachments: dict[int, Attachment] = {}
        self.interactions: dict[str, Interaction] = {}
        # Registered commands, by guild; those for everywhere under None.
        self.commands: dict[int | None, list[Json]] = {None: []}

    def new_id(self) -> int:
        """A snowflake of now."""
        return (int(self.clock.now() * 1000) - EPOCH_MS) << 22 | next(self._numbers) & 0x3FFFFF

    def new_token(self) -> str:
        return secrets.token_hex(24)

    def add_guild(self, name: str, locale: str) -> Guild:
        id = self.new_id()
        guild = Guild(id, name, self.owner, Role(id, "@everyone", USUAL, 0), locale)
        guild.roles.append(guild.everyone)
        self.guilds[id] = guild
        self.add_channel(guild, "general")
        for user in (self.owner, self.bot):
            guild.members[user.id] = Member(user, guild, self.clock.now())
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        channel = Channel(self.new_id(), name, guild)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, user: User) -> Channel:
        """With the bot; made when it is first asked for."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.new_id(), user.name, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def find_message(self, id: int) -> Message | None:
        return next((one.messages[id] for one in self.channels.values() if id in one.messages), None)

    def commands_in(self, guild: Guild | None) -> Iterator[Json]:
        if guild:
            yield from self.commands.get(guild.id, ())
        yield from self.commands[None]


def value_of(option: Any) -> Any:
    """How a person or a thing chosen for an option is named in an interaction: by its id."""
    return str(option.id) if isinstance(option, User | Role | Channel | Attachment) else option
