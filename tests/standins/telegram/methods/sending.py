"""Messages that the bot sends."""

from __future__ import annotations

from tests.standins.telegram.call import Call, answers
from tests.standins.telegram.content import Content, document_of, media_of, photo_of, text_of
from tests.standins.telegram.errors import bad_request
from tests.standins.telegram.payloads import message_json
from tests.standins.telegram.rules import Json
from tests.standins.telegram.state import Chat, Message


@answers("sendMessage")
def send_message(call: Call) -> Json:
    return _send(call, text_of(call.values))


@answers("sendPhoto")
def send_photo(call: Call) -> Json:
    return _send(call, photo_of(call, call.values, call.values.get("photo")))


@answers("sendDocument")
def send_document(call: Call) -> Json:
    return _send(call, document_of(call, call.values, call.values.get("document")))


@answers("sendMediaGroup")
def send_album(call: Call) -> list[Json]:
    """Every picture is a message of its own, with one album's id."""
    chat = call.chat()
    contents = [media_of(call, media) for media in call.values["media"]]
    reply_to = _replied(call, chat)
    call.server.limits.ask(chat, len(contents), call.method)
    album = call.server.new_album()
    return [message_json(_add(call, chat, content, reply_to, album)) for content in contents]


@answers("sendChatAction")
def send_action(call: Call) -> bool:
    call.chat().actions.append(call.values["action"])
    return True


def _send(call: Call, content: Content) -> Json:
    chat = call.chat()
    reply_to = _replied(call, chat)
    call.server.limits.ask(chat, 1, call.method)
    return message_json(_add(call, chat, content, reply_to, ""))


def _add(call: Call, chat: Chat, content: Content, reply_to: Message | None, album: str) -> Message:
    server = call.server
    message = Message(chat.new_message_id(), chat, server.world.bot, server.clock.now())
    content.put_in(message)
    message.markup = call.values.get("reply_markup")
    message.reply_to = reply_to
    message.album = album
    chat.messages.append(message)
    return message


def _replied(call: Call, chat: Chat) -> Message | None:
    wanted = call.values.get("reply_parameters")
    if wanted is None:
        return None
    message = chat.find(wanted["message_id"])
    if message is None and not wanted.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message
