"""One request on its way to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.standins.files import File
from tests.standins.telegram.errors import bad_request, blocked, chat_not_found, kicked, never_started
from tests.standins.telegram.rules import Json
from tests.standins.telegram.state import PRESENT, Chat, Message, Stored

if TYPE_CHECKING:
    from tests.standins.telegram.server import TelegramServer


@dataclass
class Call:
    """Already found to be as the description says."""

    server: TelegramServer
    method: str
    values: Json
    files: dict[str, File]

    def chat(self) -> Chat:
        """The one that is meant, and in which the bot may write."""
        chat = self.server.world.chats.get(self.values["chat_id"])
        if chat is None:
            raise chat_not_found()
        if chat.user:
            if chat.blocked:
                raise blocked()
            if not chat.started:
                raise never_started()
        elif chat.members[self.server.world.bot] not in PRESENT:
            raise kicked()
        return chat

    def own_message(self) -> Message:
        """The one to be edited."""
        if "inline_message_id" in self.values or "message_id" not in self.values:
            raise bad_request("message identifier is not specified")
        message = self.chat().find(self.values["message_id"])
        if message is None:
            raise bad_request("message to edit not found")
        if message.sender is not self.server.world.bot:
            raise bad_request("message can't be edited")
        return message

    def upload(self, value: str | None, name: str) -> File | Stored:
        """What a parameter or a part of an album means: a file of this request, or one that is known."""
        if value is None:
            return self.files[name]
        if value.startswith("attach://"):
            return self.files[value.removeprefix("attach://")]
        if value not in self.server.world.files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self.server.world.files[value]


Handler = Callable[[Call], Any]
HANDLERS: dict[str, Handler] = {}


def answers(*methods: str) -> Callable[[Handler], Handler]:
    """The function gives the result of these methods, itself or to be awaited; it raises `Refusal`."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(methods, handler))
        return handler

    return register
