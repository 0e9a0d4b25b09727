"""Messages that the bot changes and deletes, and buttons that it answers."""

from __future__ import annotations

from tests.standins.telegram.call import Call, answers
from tests.standins.telegram.content import Content, caption_of, content_of, media_of, text_of
from tests.standins.telegram.errors import bad_request, not_modified
from tests.standins.telegram.payloads import message_json
from tests.standins.telegram.rules import Json
from tests.standins.telegram.state import ADMINISTRATOR, Chat, Message

DELETE_SECONDS = 48 * 3600
QUERY_SECONDS = 15.0


@answers("editMessageText")
def edit_text(call: Call) -> Json:
    message = call.own_message()
    if not message.text:
        raise bad_request("there is no text in the message to edit")
    return _edit(call, message, text_of(call.values))


@answers("editMessageCaption")
def edit_caption(call: Call) -> Json:
    message = call.own_message()
    if message.text:
        raise bad_request("there is no caption in the message to edit")
    return _edit(call, message, content_of(message).with_caption(*caption_of(call.values)))


@answers("editMessageMedia")
def edit_media(call: Call) -> Json:
    """A text becomes a photo, too."""
    return _edit(call, call.own_message(), media_of(call, call.values["media"]))


@answers("editMessageReplyMarkup")
def edit_markup(call: Call) -> Json:
    message = call.own_message()
    return _edit(call, message, content_of(message))


@answers("deleteMessage")
def delete_message(call: Call) -> bool:
    chat = call.chat()
    _delete(call, chat, chat.find(call.values["message_id"]))
    return True


@answers("deleteMessages")
def delete_messages(call: Call) -> bool:
    """Those that are not there are passed over."""
    chat = call.chat()
    for message_id in call.values["message_ids"]:
        if message := chat.find(message_id):
            _delete(call, chat, message)
    return True


@answers("answerCallbackQuery")
def answer_press(call: Call) -> bool:
    press = call.server.world.presses.get(call.values["callback_query_id"])
    if press is None or call.server.clock.now() - press.at > QUERY_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    press.answer = {name: value for name, value in call.values.items() if name != "callback_query_id"}
    return True


def _edit(call: Call, message: Message, content: Content) -> Json:
    """The keyboard goes where it is not sent again."""
    markup = call.values.get("reply_markup")
    call.server.limits.ask(message.chat, 1, call.method)
    if content.is_in(message) and markup == message.markup:
        raise not_modified()
    content.put_in(message)
    message.markup = markup
    message.edited_at = call.server.clock.now()
    message.edits += 1
    return message_json(message)


def _delete(call: Call, chat: Chat, message: Message | None) -> None:
    if message is None:
        raise bad_request("message to delete not found")
    bot = call.server.world.bot
    may = message.sender is bot or chat.user is not None or chat.members[bot] == ADMINISTRATOR
    if not may or call.server.clock.now() - message.sent_at > DELETE_SECONDS:
        raise bad_request("message can't be deleted")
    message.deleted = True
    chat.messages.remove(message)
