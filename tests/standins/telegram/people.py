"""What people do on Telegram, as a test says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.standins.files import File
from tests.standins.telegram.content import Content, keep_document
from tests.standins.telegram.formatting import found_in, units
from tests.standins.telegram.methods.bot import scope_key
from tests.standins.telegram.payloads import chat_json, member_json, message_json, user_json
from tests.standins.telegram.pictures import keep_photo
from tests.standins.telegram.rules import Json
from tests.standins.telegram.state import (
    ADMINISTRATOR,
    BANNED,
    CREATOR,
    LEFT,
    MEMBER,
    PRESENT,
    PRIVATE,
    Chat,
    Message,
    Press,
    User,
)

if TYPE_CHECKING:
    from tests.standins.telegram.server import TelegramServer


class NotOffered(AssertionError):
    """A person's client does not offer this: no such button, not in this chat."""


class Pressed:
    """A button after it was pressed; the client shows a turning wheel until the bot answers."""

    def __init__(self, server: TelegramServer, press: Press) -> None:
        self._server = server
        self.press = press

    def answered(self, within: float = 20.0) -> Json:
        """`text` and `show_alert`, if there are any."""
        self._server.wait(lambda: self.press.answer is not None, within, "an answer to the button")
        return self.press.answer or {}


class Person:
    """Where no `chat` is said, things happen in the private chat with the bot."""

    def __init__(self, server: TelegramServer, user: User) -> None:
        self._server = server
        self.user = user
        self.private = server.world.chats[user.id]

    @property
    def id(self) -> int:
        return self.user.id

    def sends(self, text: str, chat: Chat | None = None, *, reply_to: Message | None = None) -> Message:
        return self._send([Content(text=text, entities=found_in(text))], chat, reply_to)[0]

    def replies(self, message: Message, text: str) -> Message:
        return self.sends(text, message.chat, reply_to=message)

    def sends_photo(
        self, photo: File, chat: Chat | None = None, *, caption: str = "", reply_to: Message | None = None
    ) -> Message:
        """Made smaller and written anew by Telegram, as photos are."""
        return self.sends_album([photo], chat, caption=caption, reply_to=reply_to)[0]

    def sends_file(
        self, file: File, chat: Chat | None = None, *, caption: str = "", reply_to: Message | None = None
    ) -> Message:
        """Left as it is."""

        def content() -> Content:
            stored = keep_document(self._server.world, file)
            return Content(caption=caption, entities=found_in(caption), document=stored)

        return self._send([self._server.serving.do(content)], chat, reply_to)[0]

    def sends_album(
        self,
        photos: Sequence[File],
        chat: Chat | None = None,
        *,
        caption: str = "",
        reply_to: Message | None = None,
    ) -> list[Message]:
        """Several messages with one album's id; the caption is the first one's."""

        def contents() -> list[Content]:
            captions = [caption, *[""] * (len(photos) - 1)]
            return [
                Content(caption=text, entities=found_in(text), photo=keep_photo(self._server.world, photo))
                for photo, text in zip(photos, captions, strict=True)
            ]

        return self._send(self._server.serving.do(contents), chat, reply_to)

    def edits(self, message: Message, text: str) -> None:
        """A message of one's own."""

        def edit() -> None:
            Content(text=text, entities=found_in(text)).put_in(message)
            message.edited_at = self._server.clock.now()
            if self._server.is_told(message):
                self._server.updates.add("edited_message", message_json(message))

        self._server.serving.do(edit)

    def presses(self, message: Message, button: str) -> Pressed:
        """`button`: its text or its callback_data."""

        def press() -> Press:
            if not self._is_in(message.chat) or message.deleted:
                raise NotOffered("the message is not seen")
            for one in message.buttons:
                if button in (one["text"], one.get("callback_data")) and "callback_data" in one:
                    return self._server.press(self.user, message, one["callback_data"])
            raise NotOffered(f"no button {button!r}, but {message.labels}")

        return Pressed(self._server, self._server.serving.do(press))

    def commands(self, chat: Chat | None = None) -> list[str]:
        """Which commands the client offers here: of the narrowest scope, in one's language if it can."""
        where = chat or self.private
        known = self._server.world.commands
        for scope in self._scopes(where):
            for language in (self.user.language, ""):
                if found := known.get((scope_key(scope), language)):
                    return [one["command"] for one in found]
        return []

    def joins(self, chat: Chat, status: str = MEMBER) -> None:
        """Of one's own accord, or made an administrator; all in the chat read of it."""
        self._becomes(chat, status, {"new_chat_members": [user_json(self.user)]})

    def leaves(self, chat: Chat) -> None:
        self._becomes(chat, LEFT, {"left_chat_member": user_json(self.user)})

    def blocks_bot(self) -> None:
        """The bot is told, and may not write to this person any more, until this person writes again."""

        def block() -> None:
            self.private.blocked = True
            self._tell_change(self.private, self._server.world.bot, MEMBER, BANNED)

        self._server.serving.do(block)

    def adds_bot(self, chat: Chat, status: str = MEMBER) -> None:
        """To a group, again after it was removed, or as an administrator."""
        self._server.serving.do(lambda: self._change_bot(chat, status))

    def removes_bot(self, chat: Chat) -> None:
        self._server.serving.do(lambda: self._change_bot(chat, BANNED))

    def _send(self, contents: list[Content], chat: Chat | None, reply_to: Message | None) -> list[Message]:
        where = chat or self.private

        def send() -> list[Message]:
            if not self._is_in(where):
                raise NotOffered("not in this chat")
            album = self._server.new_album() if len(contents) > 1 else ""
            return [self._add(where, content, reply_to, album) for content in contents]

        return self._server.serving.do(send)

    def _add(self, chat: Chat, content: Content, reply_to: Message | None, album: str) -> Message:
        assert units(content.text) <= 4096, "a client would send this in two messages"
        message = Message(chat.new_message_id(), chat, self.user, self._server.clock.now())
        content.put_in(message)
        message.reply_to = reply_to
        message.album = album
        chat.messages.append(message)
        if chat is self.private:
            chat.started, chat.blocked = True, False
        if self._server.is_told(message):
            self._server.updates.add("message", message_json(message))
        return message

    def _becomes(self, chat: Chat, status: str, service: Json) -> None:
        def change() -> None:
            before = chat.members.get(self.user, LEFT)
            chat.members[self.user] = status
            self._tell_change(chat, self.user, before, status)
            message = Message(
                chat.new_message_id(), chat, self.user, self._server.clock.now(), service=service
            )
            chat.messages.append(message)
            self._server.updates.add("message", message_json(message))

        self._server.serving.do(change)

    def _change_bot(self, chat: Chat, status: str) -> None:
        bot = self._server.world.bot
        before, chat.members[bot] = chat.members[bot], status
        self._tell_change(chat, bot, before, status)

    def _tell_change(self, chat: Chat, whom: User, before: str, after: str) -> None:
        """Of the bot's own membership it is always told, of others' on request."""
        changed = {
            "chat": chat_json(chat),
            "from": user_json(self.user),
            "date": int(self._server.clock.now()),
            "old_chat_member": member_json(whom, before),
            "new_chat_member": member_json(whom, after),
        }
        self._server.updates.add("my_chat_member" if whom.is_bot else "chat_member", changed)

    def _is_in(self, chat: Chat) -> bool:
        return chat is self.private or chat.members.get(self.user) in PRESENT

    def _scopes(self, chat: Chat) -> list[dict[str, Any]]:
        """From narrow to wide, as the docs of BotCommandScope have it."""
        here = {"type": "chat", "chat_id": chat.id}
        if chat.kind == PRIVATE:
            return [here, {"type": "all_private_chats"}, {"type": "default"}]
        scopes = [{"type": "chat_member", "chat_id": chat.id, "user_id": self.user.id}]
        leads = chat.members.get(self.user) in (CREATOR, ADMINISTRATOR)
        if leads:
            scopes.append({"type": "chat_administrators", "chat_id": chat.id})
        scopes.append(here)
        if leads:
            scopes.append({"type": "all_chat_administrators"})
        return [*scopes, {"type": "all_group_chats"}, {"type": "default"}]
