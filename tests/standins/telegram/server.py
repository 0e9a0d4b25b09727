"""A Telegram of its own on this machine, for one test: the Bot API over HTTP."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from itertools import count

from tests.standins.base import StandIn, alive
from tests.standins.telegram.holds import Holds
from tests.standins.telegram.limits import Limits
from tests.standins.telegram.payloads import press_json
from tests.standins.telegram.people import Person
from tests.standins.telegram.rest import Rest
from tests.standins.telegram.state import (
    ADMINISTRATOR,
    GROUP,
    MEMBER,
    SUPERGROUP,
    Chat,
    Message,
    Press,
    User,
    World,
)
from tests.standins.telegram.updates import Updates

TOKEN = "4242:stand-in-telegram-token"


class TelegramServer(StandIn):
    """`url` stands in the place of https://api.telegram.org. `limits`: flood control. `holds`: requests that
    get no answer for now.

    `world.privacy`: whether the bot hears in groups only what is meant for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.world = World(self.clock)
        self.limits = Limits(self.clock)
        self.updates = Updates(
            self.serving.changed, lambda problems: self.violate("the stand-in's update", *problems)
        )
        self.holds = Holds(self.serving.changed)
        self._albums = count(13_500_000_000_000_001)
        self._rest = Rest(self)
        self.app.router.add_get("/file/bot{token}/{path:.*}", self._rest.download)
        self.app.router.add_route("*", "/bot{token}/{method}", self._rest.serve)

    def add_person(self, name: str, language: str = "en", *, started: bool = True) -> Person:
        """Somebody who has once written to the bot, unless `started` is false."""

        def add() -> Person:
            user = self.world.add_user(name, language)
            self.world.chats[user.id].started = started
            return Person(self, user)

        return self.serving.do(add)

    def add_group(self, title: str, *people: Person, small: bool = False) -> Chat:
        """With the bot and these people in it. `small`: a basic group, no supergroup."""

        def add() -> Chat:
            chat = self.world.add_group(title, GROUP if small else SUPERGROUP)
            chat.members.update({person.user: MEMBER for person in people})
            return chat

        return self.serving.do(add)

    def promote(self, chat: Chat, whom: Person | None = None) -> None:
        """A person, or the bot itself where none is said, becomes an administrator."""
        chat.members[whom.user if whom else self.world.bot] = ADMINISTRATOR

    def answer_to(self, message: Message, within: float = 20.0) -> Message:
        """The bot's first message in the chat after this one."""

        def look() -> Message | None:
            later = [one for one in message.chat.messages if one.id > message.id]
            return next((one for one in later if one.sender is self.world.bot), None)

        return self.wait(look, within, f"an answer to {message.words!r}")

    def unanswered(self) -> list[Press]:
        """Buttons that still show a turning wheel."""
        return [press for press in self.world.presses.values() if press.answer is None]

    def wait_until_heard(self, within: float = 20.0) -> None:
        """Until the bot has fetched, or been given, everything."""
        self.wait(lambda: not self.updates.pending, within, "the bot to hear everything")

    def new_album(self) -> str:
        return str(next(self._albums))

    def press(self, user: User, message: Message, data: str) -> Press:
        press = Press(secrets.token_hex(9), user, message, data, self.clock.now())
        self.world.presses[press.id] = press
        self.updates.add("callback_query", press_json(press))
        return press

    def is_told(self, message: Message) -> bool:
        """By privacy mode a bot hears in groups: commands not for another bot, its name, replies to it."""
        chat, bot = message.chat, self.world.bot
        if chat.user or not self.world.privacy or chat.members[bot] == ADMINISTRATOR:
            return True
        if message.reply_to and message.reply_to.sender is bot:
            return True
        words = message.words.encode("utf-16-le")
        for entity in message.entities:
            start, length = entity["offset"] * 2, entity["length"] * 2
            named = words[start : start + length].decode("utf-16-le").partition("@")[2]
            if named == bot.username or (entity["type"] == "bot_command" and not named):
                return True
        return False


def running_telegram() -> AbstractContextManager[TelegramServer]:
    """At its end the bot must not have sent anything that the Bot API forbids."""
    return alive(TelegramServer())
