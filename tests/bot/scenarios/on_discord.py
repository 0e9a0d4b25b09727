"""The stage on Discord: servers with one channel, and the bot in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import discord

from bot.core.tongue import Tongue
from bot.discord.front import DiscordFrontEnd
from tasks.records import GarmentType, Person, Place
from tasks.store.store import Store
from tests.bot.kit import CATALOGUES
from tests.bot.scenarios.platform import Seen
from tests.bot.scenarios.words import ANY
from tests.standins.discord.people import Person as Member
from tests.standins.discord.server import DiscordServer, running_discord
from tests.standins.discord.state import Callback, Message
from tests.standins.files import File
from tests.tasks.kit import Office

T = TypeVar("T")
_LOCALES = {"en": "en-US"}
# What has a longer name than elsewhere.
_COMMANDS = {"forget": "forget me", "me": "me photo", "wardrobe": "wardrobe list"}


class DiscordPlatform:
    """One Discord."""

    name = "discord"

    def __init__(self, server: DiscordServer, office: Office, store: Store) -> None:
        self.server = server
        self._office = office
        self._store = store
        self._loop: asyncio.AbstractEventLoop | None = None
        self._front: DiscordFrontEnd | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        settings = self._office.settings.model_copy(
            update={
                "discord_api_url": self.server.api_url,
                "discord_gateway_url": self.server.gateway_url,
            }
        )
        front = self._front = DiscordFrontEnd(
            self._office.desk, self._store, settings, CATALOGUES, self.server.token
        )

        async def live() -> None:
            self._loop = asyncio.get_running_loop()
            await front.run()

        with self.server.running(live):
            yield

    def community(self) -> DiscordCommunity:
        return DiscordCommunity(self.server)

    def wake(self) -> None:
        assert self._loop is not None
        assert self._front is not None
        self._loop.call_soon_threadsafe(self._front.delivery.wake)

    def wait(self, look: Callable[[], T | None], what: str) -> T:
        return self.server.wait(look, 20, what)


class DiscordCommunity:
    """A server; moderators are those who may manage it."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._guild = server.add_guild()
        self._moderators = server.add_role(self._guild, "Mods", discord.Permissions(manage_guild=True))
        self._people: dict[str, Member] = {}

    @property
    def place(self) -> Place:
        return Place("discord", str(self._guild.id))

    def tongue(self, language: str) -> Tongue:
        return CATALOGUES.tongue(language, show_time=lambda _: ANY)

    def joins(self, who: str, language: str, *, moderator: bool = False) -> Person:
        roles = [self._moderators] if moderator else []
        locale = _LOCALES.get(language, language)
        person = self._people[who] = self._server.add_member(self._guild, who, *roles, locale=locale)
        return Person("discord", str(person.id))

    def sees(self, who: str) -> list[Seen]:
        person, world = self._people[who], self._server.world
        channels = [
            one for one in world.channels.values() if one.guild is self._guild or one.recipient is person.user
        ]
        messages = [
            message
            for channel in channels
            for message in channel.messages.values()
            if message.author is world.bot and person.sees(message) and not message.loading
        ]
        return [self._seen(one) for one in sorted(messages, key=lambda one: one.id)]

    def asks(self, who: str, person: File | None, garment: File) -> None:
        photos: dict[str, Any] = (
            {"garment": garment} if person is None else {"person": person, "garment": garment}
        )
        self._people[who].slash("/tryon", **photos)

    def asks_alone(self, who: str, person: File, garment: File) -> None:
        member = self._people[who]
        member.slash("/tryon", channel=member.direct, person=person, garment=garment)

    def asks_for_pose(self, who: str, person: File, pose: File) -> None:
        self._people[who].slash("/pose", person=person, target=pose)

    def presses(self, who: str, seen: Seen, label: str) -> None:
        self._people[who].press(self._message(seen), label)

    def picks_type(self, who: str, seen: Seen, garment_type: GarmentType, language: str) -> None:
        message = self._message(seen)
        (menu,) = [
            one["custom_id"]
            for row in message.components
            for one in row["components"]
            if one["custom_id"].endswith(":type")
        ]
        self._people[who].choose(message, menu, garment_type)

    def reports(self, who: str, seen: Seen, label: str) -> None:
        self._fills(who, seen, label, {"why": "I do not like it"})

    def objects(self, who: str, seen: Seen, label: str, job_id: int, words: str) -> None:
        self._fills(who, seen, label, {"why": words})

    def keeps_garment(self, who: str, seen: Seen, label: str, name: str) -> None:
        self._fills(who, seen, label, {"name": name})

    def says(self, who: str, command: str, number: int | None = None) -> None:
        options: dict[str, Any] = {} if number is None else {"number": number}
        self._people[who].slash(_COMMANDS.get(command, command), **options)

    def saves_photo(self, who: str, photo: File) -> None:
        self._people[who].slash("/me photo", photo=photo)

    def hangs(self, who: str, name: str, garment: File) -> None:
        self._people[who].slash("/wardrobe add", name=name, garment=garment, type="dresses")

    def wears(self, who: str, name: str, person: File | None) -> None:
        photo: dict[str, Any] = {} if person is None else {"person": person}
        self._people[who].slash("/wardrobe wear", name=name, **photo)

    def takes_out(self, who: str, name: str) -> None:
        self._people[who].slash("/wardrobe remove", name=name)

    def orders(self, who: str, order: str, about: str | None, values: dict[str, str | int | None]) -> None:
        options: dict[str, Any] = {} if about is None else {"user": self._people[about]}
        for name, value in values.items():
            # A setting is set back by its name.
            back = value is None
            options["default" if back else name.replace("_", "-")] = name if back else value
        self._people[who].slash(f"/mod {order}", **options)

    def _fills(self, who: str, seen: Seen, label: str, words: dict[str, str]) -> None:
        """The form that a button opens, unless it is refused at once."""
        pressed = self._people[who].press(self._message(seen), label)
        if pressed.acknowledged(within=20) is Callback.MODAL:
            self._people[who].submit_modal(pressed, words)

    def _seen(self, message: Message) -> Seen:
        return Seen(
            str(message.id),
            message.text,
            tuple(message.labels),
            tuple(file.data for file in message.attachments),
            message.only_for is None and message.channel.guild is not None,
        )

    def _message(self, seen: Seen) -> Message:
        message = self._server.world.find_message(int(seen.key))
        assert message is not None
        return message


@contextmanager
def discord_platform(office: Office, store: Store) -> Iterator[DiscordPlatform]:
    """The bot is not running yet."""
    with running_discord() as server:
        yield DiscordPlatform(server, office, store)
