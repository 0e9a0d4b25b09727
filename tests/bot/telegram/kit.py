"""The real front end, polling a Telegram of its own on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.telegram.front import TelegramFrontEnd
from tasks.records import Job
from tasks.records import Person as Known
from tasks.store.store import Store
from tests.bot.kit import CATALOGUES, Worker
from tests.standins.files import File
from tests.standins.running import running
from tests.standins.telegram.people import Person
from tests.standins.telegram.server import TelegramServer
from tests.standins.telegram.state import Chat, Message
from tests.tasks.kit import Office

_PHOTOS = Path(__file__).parents[2] / "data" / "guessing"
ME = File("me.jpg", (_PHOTOS / "person017.jpg").read_bytes())
SHIRT = File("shirt.jpg", (_PHOTOS / "garment017.jpg").read_bytes())
# Quickly on one, and with `make slow` on the other.
on_both = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)


@dataclass
class Here:
    """A Telegram with the bot in it, and its members."""

    server: TelegramServer
    office: Office
    store: Store
    worker: Worker
    ada: Person
    ben: Person
    front: TelegramFrontEnd | None = None

    def new_front(self) -> TelegramFrontEnd:
        """Times are said as they are from the desk's time on."""
        office, server = self.office, self.server
        settings = office.settings.model_copy(
            update={"telegram_api_url": server.url, "telegram_token": SecretStr(server.token)}
        )
        return TelegramFrontEnd(office.desk, self.store, settings, CATALOGUES, server.token, office.clock)

    @contextmanager
    def alive(self) -> Iterator[None]:
        """The bot runs within; once more, and it is another process."""
        front = self.front = self.new_front()
        updates = self.server.updates
        before, brought = updates.polls, self.office.settings.telegram_webhook_url is not None
        with running(front.run):
            self.server.wait(lambda: updates.webhook if brought else updates.polls > before, 30, "its start")
            yield

    def welcome(self, *people: Person, keep: bool = True) -> None:
        """They agreed to the terms before, and, unless said else, have their photos kept for another go."""
        for person in people:
            self.office.desk.give_consent(Known("telegram", str(person.id)), keep_inputs=keep)

    def jobs(self, person: Person) -> list[Job]:
        return list(self.office.desk.history(Known("telegram", str(person.id))))

    def wait_for_job(self, person: Person, count: int = 1) -> Job:
        """The newest."""
        self.server.wait(lambda: len(self.jobs(person)) >= count, 20, f"{count} jobs")
        return self.jobs(person)[0]

    def wait_for_text(self, message: Message, part: str) -> None:
        self.server.wait(lambda: part in message.words, 20, f"{part!r} in {message!r}")

    def wait_for_photo(self, message: Message) -> None:
        self.server.wait(lambda: message.photo, 20, f"a picture in {message!r}")

    def bots(self, chat: Chat) -> list[Message]:
        """What the bot has said there, and is still there."""
        return [one for one in chat.messages if one.sender is self.server.world.bot and not one.deleted]

    def reply_to(self, asked: Message) -> Message:
        """In a group, where several are answered at a time."""

        def look() -> Message | None:
            return next((one for one in self.bots(asked.chat) if one.reply_to is asked), None)

        return self.server.wait(look, 20, f"an answer to {asked!r}")

    def made_for(self, asked: Message, person: Person) -> Message:
        """The placeholder of what somebody asked for, which became a picture."""
        known = len([job for job in self.jobs(person) if job.ended_at is not None])
        answer = self.server.answer_to(asked)
        self.wait_for_job(person, known + 1)
        self.worker.make()
        self.wait_for_photo(answer)
        return answer


def album(person: Person, caption: str = "", chat: Chat | None = None) -> list[Message]:
    return person.sends_album([ME, SHIRT], chat, caption=caption)


__all__ = ["ME", "SHIRT", "File", "Here", "album", "on_both"]
