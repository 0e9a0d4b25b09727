"""The stage on Telegram: groups, and the bot in a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from bot.core.member_texts import TYPE_NAMES
from bot.core.tongue import Tongue
from bot.telegram.front import TelegramFrontEnd
from bot.telegram.speech import TelegramTongue, command_names
from tasks.records import GarmentType, Person, Place
from tasks.store.store import Store
from tests.bot.kit import CATALOGUES
from tests.bot.scenarios.platform import Seen
from tests.bot.scenarios.words import ANY
from tests.standins.files import File
from tests.standins.running import running
from tests.standins.telegram.people import Person as Member
from tests.standins.telegram.server import TelegramServer, running_telegram
from tests.standins.telegram.state import MEMBER, Chat, Message
from tests.tasks.kit import Office

T = TypeVar("T")
_FAST = (1000, 1.0)
# What is called otherwise than on Discord.
_ORDERS = {
    "jobs list": "jobs",
    "jobs cancel": "cancel",
    "jobs remove": "remove",
    "reports list": "reports",
}
# A group would read along.
_ALONE = {"history", "export", "me", "wardrobe"}


class TelegramPlatform:
    """One Telegram; its limits are far away, since they have tests of their own."""

    name = "telegram"

    def __init__(self, server: TelegramServer, office: Office, store: Store) -> None:
        server.limits.per_chat = server.limits.per_group = server.limits.overall = _FAST
        self.server = server
        self._office = office
        self._store = store
        self._loop: asyncio.AbstractEventLoop | None = None
        self._front: TelegramFrontEnd | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        settings = self._office.settings.model_copy(update={"telegram_api_url": self.server.url})
        front = self._front = TelegramFrontEnd(
            self._office.desk, self._store, settings, CATALOGUES, self.server.token, self._office.clock
        )

        async def live() -> None:
            self._loop = asyncio.get_running_loop()
            await front.run()

        before = self.server.updates.polls
        with running(live):
            self.server.wait(lambda: self.server.updates.polls > before, 10, "the bot's start")
            yield

    def community(self) -> TelegramCommunity:
        return TelegramCommunity(self.server)

    def wake(self) -> None:
        assert self._loop is not None
        assert self._front is not None
        self._loop.call_soon_threadsafe(self._front.delivery.wake)

    def wait(self, look: Callable[[], T | None], what: str) -> T:
        return self.server.wait(look, 20, what)


class TelegramCommunity:
    """A group, and the private chats of its members."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._group: Chat = server.add_group("Atelier")
        self._people: dict[str, Member] = {}

    @property
    def place(self) -> Place:
        return Place("telegram", str(self._group.id))

    def tongue(self, language: str) -> Tongue:
        plain = CATALOGUES.tongue(language, show_time=str)
        return TelegramTongue(plain, lambda _: ANY, command_names(CATALOGUES))

    def joins(self, who: str, language: str, *, moderator: bool = False) -> Person:
        person = self._people[who] = self._server.add_person(who.title(), language)
        self._group.members[person.user] = MEMBER
        if moderator:
            self._server.promote(self._group, person)
        return Person("telegram", str(person.id))

    def sees(self, who: str) -> list[Seen]:
        person = self._people[who]
        bot = self._server.world.bot
        messages = [
            one
            for chat in (self._group, person.private)
            for one in chat.messages
            if one.sender is bot and not one.deleted
        ]
        alerts = [
            Seen(f"alert {one.id}", one.answer["text"])
            for one in self._server.world.presses.values()
            if one.user is person.user and one.answer and one.answer.get("text")
        ]
        return [*map(self._seen, sorted(messages, key=lambda one: one.sent_at)), *alerts]

    def asks(self, who: str, person: File | None, garment: File) -> None:
        first = None if person is None else self._people[who].sends_file(person, self._group)
        self._people[who].sends_file(garment, self._group, caption="/tryon", reply_to=first)

    def asks_alone(self, who: str, person: File, garment: File) -> None:
        first = self._people[who].sends_file(person)
        self._people[who].sends_file(garment, caption="/tryon", reply_to=first)

    def asks_for_pose(self, who: str, person: File, pose: File) -> None:
        first = self._people[who].sends_file(person, self._group)
        self._people[who].sends_file(pose, self._group, caption="/pose", reply_to=first)

    def presses(self, who: str, seen: Seen, label: str) -> None:
        self._people[who].presses(self._message(seen), label)

    def picks_type(self, who: str, seen: Seen, garment_type: GarmentType, language: str) -> None:
        tongue = self.tongue(language)
        self.presses(who, seen, tongue.say("Another type ..."))
        kind = tongue.say(TYPE_NAMES[garment_type])

        def question() -> Seen | None:
            return next((one for one in self.sees(who) if kind in one.labels), None)

        self.presses(who, self._server.wait(question, 20, "the types"), kind)

    def reports(self, who: str, seen: Seen, label: str) -> None:
        self.presses(who, seen, label)

    def objects(self, who: str, seen: Seen, label: str, job_id: int, words: str) -> None:
        self.presses(who, seen, label)
        self._people[who].sends(f"/appeal {job_id} {words}")

    def keeps_garment(self, who: str, seen: Seen, label: str, name: str) -> None:
        self.presses(who, seen, label)

    def says(self, who: str, command: str, number: int | None = None) -> None:
        chat = None if command in _ALONE else self._group
        self._people[who].sends(f"/{command}" + ("" if number is None else f" {number}"), chat)

    def saves_photo(self, who: str, photo: File) -> None:
        self._people[who].sends_photo(photo, caption="/me photo")

    def hangs(self, who: str, name: str, garment: File) -> None:
        self._people[who].sends_photo(garment, caption=f"/wardrobe add {name}")

    def wears(self, who: str, name: str, person: File | None) -> None:
        text = f"/wardrobe wear {name}"
        if person is None:
            self._people[who].sends(text)
        else:
            self._people[who].sends_photo(person, caption=text)

    def takes_out(self, who: str, name: str) -> None:
        self._people[who].sends(f"/wardrobe remove {name}")

    def orders(self, who: str, order: str, about: str | None, values: dict[str, str | int | None]) -> None:
        words = ["/mod", _ORDERS.get(order, order)]
        # A bot finds nobody by their name: what they said is replied to.
        said = None if about is None else self._people[about].sends("hello", self._group)
        for name, value in values.items():
            if order == "settings":
                words.append(name.replace("_", "-"))
            words.append("default" if value is None else str(value))
        self._people[who].sends(" ".join(words), self._group, reply_to=said)

    def _seen(self, message: Message) -> Seen:
        files = (*message.photo[-1:], *([message.document] if message.document else ()))
        return Seen(
            f"{message.chat.id}:{message.id}",
            message.words,
            tuple(message.labels),
            tuple(file.data for file in files),
            message.chat is self._group,
        )

    def _message(self, seen: Seen) -> Message:
        chat, number = map(int, seen.key.split(":"))
        message = self._server.world.chats[chat].find(number)
        assert message is not None
        return message


@contextmanager
def telegram_platform(office: Office, store: Store) -> Iterator[TelegramPlatform]:
    """The bot is not running yet."""
    with running_telegram() as server:
        yield TelegramPlatform(server, office, store)
