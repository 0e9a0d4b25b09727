"""What members do and see, as a test says it. Every call waits in the test's thread, the bot has its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.standins.discord.checks import LINK_STYLE, SELECTS, walk
from tests.standins.discord.conversation import Asked, fill_modal
from tests.standins.discord.gateway import GUILD_MEMBERS
from tests.standins.discord.interacting import interact, resolved
from tests.standins.discord.options import NotOffered, Typed, type_command
from tests.standins.discord.payloads import user_json
from tests.standins.discord.schema import Json
from tests.standins.discord.state import (
    ADMINISTRATOR,
    MANAGE_MESSAGES,
    VIEW_CHANNEL,
    Attachment,
    Channel,
    Kind,
    Member,
    Message,
    User,
    value_of,
)
from tests.standins.discord.writing import attach, remove, write
from tests.standins.files import File

if TYPE_CHECKING:
    from tests.standins.discord.server import DiscordServer

GUILD_CONTEXT, DIRECT_CONTEXT = 0, 1
USER_MENU, MESSAGE_MENU = 2, 3


class Person:
    """Somebody in one guild. Where no `channel` is said, things happen in the guild's #general."""

    def __init__(self, server: DiscordServer, user: User, member: Member) -> None:
        self._server = server
        self.user = user
        self.member = member

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def direct(self) -> Channel:
        """The channel with the bot alone."""
        return self._server.serving.do(lambda: self._server.world.direct_channel(self.user))

    def slash(
        self, command: str, /, *, channel: Channel | None = None, locale: str | None = None, **options: Any
    ) -> Asked:
        """`command` as "/mod ban". Options: text, numbers, `File`, `Person`, `Channel`, `Role`."""
        return self._type(Kind.COMMAND, command, options, channel, locale, None)

    def poised(self, command: str, /, **options: Any) -> Callable[[], Asked]:
        """All of `slash` but the last key; that is pressed in the stand-in's thread, for many at a time."""
        where = self.member.guild.general
        typed = self._typed(command, options, where, None)
        known = self._server.serving.do(lambda: self._known(where, typed.data, typed.things))
        return lambda: self._press(Kind.COMMAND, where, known, None, None)

    def autocomplete(
        self,
        command: str,
        option: str,
        typed: str,
        /,
        *,
        channel: Channel | None = None,
        locale: str | None = None,
        **options: Any,
    ) -> list[Json]:
        """What the bot offers for an option that is being typed: at most 25 names and values."""
        values = {**options, option: typed}
        return self._type(Kind.AUTOCOMPLETE, command, values, channel, locale, option).choices()

    def context_menu(
        self,
        name: str,
        target: Message | Person,
        /,
        *,
        channel: Channel | None = None,
        locale: str | None = None,
    ) -> Asked:
        """Right click on a message or on a person."""
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        where = target.channel if isinstance(target, Message) else channel or self.member.guild.general
        thing = target if isinstance(target, Message) else target.user
        if isinstance(target, Message) and not self.sees(target):
            raise NotOffered("the message is not seen")
        command = self._command(name, kind, where)
        data = {"id": command["id"], "name": name, "type": kind, "target_id": str(thing.id)}
        return self._send(Kind.COMMAND, where, data, [thing], locale, None)

    def press(self, message: Message, button: str, /, *, locale: str | None = None) -> Asked:
        """`button`: its label or its custom_id."""
        fitting = [one for one in message.buttons if button in (one.get("label"), one.get("custom_id"))]
        return self._use(message, fitting, button, {}, [], locale)

    def choose(self, message: Message, menu: str, /, *values: Any, locale: str | None = None) -> Asked:
        """In the select with this placeholder or custom_id: labels or values, or people, roles, channels."""
        fitting = [
            one
            for one in walk(message.components)
            if one["type"] in SELECTS and menu in (one.get("placeholder"), one["custom_id"])
        ]
        things = [one.user if isinstance(one, Person) else one for one in values]
        chosen = [_option_value(fitting[0], one) for one in things] if fitting else []
        return self._use(message, fitting, menu, {"values": chosen}, things, locale)

    def submit_modal(self, asked: Asked, values: Mapping[str, str | Sequence[Any]], /) -> Asked:
        """Fill in the form that the bot opened: by label or custom_id, a text, or choices, or files."""
        modal = asked.modal()
        opened = asked.interaction
        things: list[Any] = []

        def upload(file: File) -> Attachment:
            things.append(self._attach(opened.channel, file))
            attachment: Attachment = things[-1]
            return attachment

        components = fill_modal(modal, values, upload)
        data = {"custom_id": modal["custom_id"], "components": components}
        return self._send(Kind.MODAL, opened.channel, data, things, opened.locale, opened.source)

    def says(
        self, text: str = "", *files: File, channel: Channel | None = None, reply_to: Message | None = None
    ) -> Message:
        """An ordinary message."""
        where = channel or self.member.guild.general
        numbered = dict(enumerate(files))
        return self._server.serving.do(
            lambda: write(self._server, where, self.user, {"content": text}, numbered, reply_to=reply_to)
        )

    def deletes(self, message: Message) -> None:
        """One's own message, or another one's by a moderator."""
        own = message.author is self.user or message.only_for is self.user
        if not own and not self.member.permissions(message.channel) & MANAGE_MESSAGES:
            raise NotOffered("not allowed to delete this message")
        self._server.serving.do(lambda: remove(self._server, message))

    def leaves(self) -> None:
        """Out of the guild."""

        def leave() -> None:
            guild = self.member.guild
            del guild.members[self.user.id]
            data = {"guild_id": str(guild.id), "user": user_json(self.user)}
            self._server.gateway.send("GUILD_MEMBER_REMOVE", data, GUILD_MEMBERS)

        self._server.serving.do(leave)

    def sees(self, message: Message) -> bool:
        """Whether it is there, in a channel that this person may read, and not for somebody else only."""
        if message.deleted or message.only_for not in (None, self.user):
            return False
        return self._in(message.channel)

    def sees_in(self, channel: Channel) -> list[Message]:
        return [message for message in channel.messages.values() if self.sees(message)]

    def _in(self, channel: Channel) -> bool:
        if channel.guild is None:
            return channel.recipient is self.user
        member = channel.guild.members.get(self.user.id)
        return member is not None and bool(member.permissions(channel) & VIEW_CHANNEL)

    def _type(
        self,
        kind: Kind,
        command: str,
        options: Mapping[str, Any],
        channel: Channel | None,
        locale: str | None,
        focused: str | None,
    ) -> Asked:
        where = channel or self.member.guild.general
        typed = self._typed(command, options, where, focused)
        return self._send(kind, where, typed.data, typed.things, locale, None)

    def _typed(self, command: str, options: Mapping[str, Any], where: Channel, focused: str | None) -> Typed:
        name, *path = command.removeprefix("/").split()
        values = {key: one.user if isinstance(one, Person) else one for key, one in options.items()}
        registered = self._command(name, 1, where)
        return type_command(registered, path, values, lambda file: self._attach(where, file), focused)

    def _command(self, name: str, kind: int, channel: Channel) -> Json:
        """As it was registered, if this person is offered it in this channel."""
        for command in self._server.world.commands_in(channel.guild):
            if command["name"] == name and command["type"] == kind:
                break
        else:
            raise NotOffered(f"no command {name!r} is registered")
        context = GUILD_CONTEXT if channel.guild else DIRECT_CONTEXT
        if context not in command.get("contexts", (GUILD_CONTEXT, DIRECT_CONTEXT)):
            raise NotOffered(f"{name!r} is not offered in this kind of channel")
        if channel.guild is None and not command.get("dm_permission", True):
            raise NotOffered(f"{name!r} is not offered in direct messages")
        needed = command["default_member_permissions"]
        if channel.guild and needed is not None:
            own = channel.guild.members[self.user.id].permissions(channel)
            if int(needed) & ~own or (int(needed) == 0 and not own & ADMINISTRATOR):
                raise NotOffered(f"{name!r} is not offered to {self.user.name}")
        return command

    def _use(
        self,
        message: Message,
        fitting: list[Json],
        name: str,
        more: Json,
        things: list[Any],
        locale: str | None,
    ) -> Asked:
        if not self.sees(message):
            raise NotOffered("the message is not seen")
        usable = [one for one in fitting if not one.get("disabled") and one.get("style") != LINK_STYLE]
        if not usable:
            offered = [one.get("label") or one.get("custom_id") for one in walk(message.components)]
            raise NotOffered(f"no {name!r} to use, but {[one for one in offered if one]}")
        used = usable[0]
        data = {"custom_id": used["custom_id"], "component_type": used["type"], "id": used["id"], **more}
        return self._send(Kind.COMPONENT, message.channel, data, things, locale, message)

    def _attach(self, channel: Channel, file: File) -> Attachment:
        return self._server.serving.do(lambda: attach(self._server, channel, file))

    def _send(
        self,
        kind: Kind,
        channel: Channel,
        data: Json,
        things: list[Any],
        locale: str | None,
        source: Message | None,
    ) -> Asked:
        def send() -> Asked:
            return self._press(kind, channel, self._known(channel, data, things), locale, source)

        return self._server.serving.do(send)

    def _known(self, channel: Channel, data: Json, things: list[Any]) -> Json:
        """With what its ids stand for."""
        members = channel.guild.members if channel.guild else {}
        known = resolved(self._server, members, things)
        return {**data, "resolved": known} if known else data

    def _press(
        self, kind: Kind, channel: Channel, data: Json, locale: str | None, source: Message | None
    ) -> Asked:
        whose = locale or self.user.locale
        return Asked(self._server, interact(self._server, kind, self.user, channel, data, whose, source))


def _option_value(select: Json, value: Any) -> str:
    if select["type"] != 3:
        return str(value_of(value))
    for option in select["options"]:
        if value in (option["label"], option["value"]):
            return str(option["value"])
    raise NotOffered(f"{value!r} is none of {[option['label'] for option in select['options']]}")
