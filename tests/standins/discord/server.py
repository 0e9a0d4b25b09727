"""A Discord of its own on this machine, for one test."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import discord

from tests.standins.base import StandIn, alive
from tests.standins.discord.cdn import DOWNLOAD, Cdn
from tests.standins.discord.gateway import GUILD_MEMBERS, GUILDS, Gateway
from tests.standins.discord.limits import Limits
from tests.standins.discord.payloads import channel_json, full_member_json, guild_event, role_json
from tests.standins.discord.people import Person
from tests.standins.discord.rest import VERSION, Rest
from tests.standins.discord.schema import Json
from tests.standins.discord.state import Channel, Guild, Member, Message, Role, User, World
from tests.standins.holding import Holds
from tests.standins.running import running

TOKEN = "stand-in.discord.token"


class DiscordServer(StandIn):
    """`upload_limit`: bytes of one file. `gateway`: to cut connections. `limits`: of rates. `holds`: requests
    that stand still."""

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.upload_limit = 10 * 1024 * 1024
        # For a measurement: requests are checked against the description when all is over.
        self.checks_later = False
        self.unchecked: list[Callable[[], None]] = []
        self.world = World(self.clock)
        self.limits = Limits(self.clock)
        self.holds = Holds(self.serving.changed)
        self.cdn = Cdn(
            self.clock,
            lambda: self.url,
            self.world.attachments,
            lambda: self.holds.pause(DOWNLOAD, done=False),
        )
        self.gateway = Gateway(
            self.world,
            self.token,
            lambda: self.gateway_url,
            self.serving.changed,
            lambda what: self.violate("gateway", what),
        )
        self._rest = Rest(self)
        self.app.router.add_get("/gateway/", self.gateway.serve)
        self.app.router.add_get("/cdn/attachments/{channel}/{id}/{name}", self.cdn.serve)
        self.app.router.add_route("*", VERSION + "/{rest:.*}", self._rest.serve)

    def check(self) -> None:
        """What was put off."""
        while self.unchecked:
            self.unchecked.pop()()

    @property
    def api_url(self) -> str:
        return self.url + VERSION

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self.serving.port}/gateway/"

    def add_guild(self, name: str = "Atelier", locale: str = "en-US") -> Guild:
        """With a channel #general, and with the bot in it."""

        def add() -> Guild:
            guild = self.world.add_guild(name, locale)
            self.gateway.send("GUILD_CREATE", guild_event(guild, [guild.members[self.world.bot.id]]), GUILDS)
            return guild

        return self.serving.do(add)

    def add_channel(self, guild: Guild, name: str) -> Channel:
        def add() -> Channel:
            channel = self.world.add_channel(guild, name)
            self.gateway.send("CHANNEL_CREATE", channel_json(channel), GUILDS)
            return channel

        return self.serving.do(add)

    def add_role(self, guild: Guild, name: str, permissions: discord.Permissions | None = None) -> Role:
        def add() -> Role:
            value = permissions.value if permissions else 0
            role = Role(self.world.new_id(), name, value, len(guild.roles))
            guild.roles.append(role)
            data = {"guild_id": str(guild.id), "role": role_json(role)}
            self.gateway.send("GUILD_ROLE_CREATE", data, GUILDS)
            return role

        return self.serving.do(add)

    def remove_guild(self, guild: Guild) -> None:
        """Its moderators send the bot away."""

        def remove() -> None:
            del guild.members[self.world.bot.id]
            del self.world.guilds[guild.id]
            for channel in guild.channels:
                del self.world.channels[channel.id]
            self.gateway.send("GUILD_DELETE", {"id": str(guild.id)}, GUILDS)

        self.serving.do(remove)

    def add_member(self, guild: Guild, name: str, *roles: Role, locale: str = "en-US") -> Person:
        """Somebody new, in the guild."""

        def add() -> Person:
            user = User(self.world.new_id(), name, locale)
            self.world.users[user.id] = user
            return self._join(user, guild, roles)

        return self.serving.do(add)

    def join(self, person: Person, guild: Guild, *roles: Role) -> Person:
        """Somebody of another guild joins this one too; what is given back is the person there."""
        return self.serving.do(lambda: self._join(person.user, guild, roles))

    def change_roles(self, person: Person, *roles: Role) -> None:
        def change() -> None:
            person.member.roles[:] = roles
            self._tell_member("GUILD_MEMBER_UPDATE", person.member)

        self.serving.do(change)

    def commands(self, guild: Guild | None = None) -> list[Json]:
        """What the bot has registered."""
        return self.world.commands.get(guild.id if guild else None, [])

    def messages(self, channel: Channel) -> list[Message]:
        return list(channel.messages.values())

    def cut_connections(self) -> None:
        """Of the gateway, without a word; bots come back and resume."""
        self.serving.run(self.gateway.drop())

    @contextmanager
    def running(self, bot: Callable[[], Coroutine[Any, Any, None]], within: float = 10.0) -> Iterator[None]:
        """A bot in its own thread, connected; ended at the end of the block. Again for a restarted one."""
        before = self.gateway.identified
        with running(bot):
            self.wait(lambda: self.gateway.identified > before, within, "the bot's connection")
            yield

    def _join(self, user: User, guild: Guild, roles: tuple[Role, ...]) -> Person:
        member = guild.members[user.id] = Member(user, guild, self.clock.now(), list(roles))
        self._tell_member("GUILD_MEMBER_ADD", member)
        return Person(self, user, member)

    def _tell_member(self, event: str, member: Member) -> None:
        data = {**full_member_json(member), "guild_id": str(member.guild.id)}
        self.gateway.send(event, data, GUILD_MEMBERS)


@contextmanager
def running_discord() -> Iterator[DiscordServer]:
    """At its end the bot must not have sent anything that Discord forbids."""
    server = DiscordServer()
    with alive(server):
        yield server
        server.serving.do(server.check)
