"""What the Bot API forbids is refused and noted; what it answers to the rest is what its description says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Self

import httpx2
import pytest

from tests.standins.files import File, picture
from tests.standins.telegram.rules import telegram_rules
from tests.standins.telegram.server import TelegramServer, running_telegram


class Caller:
    """Sends requests as no library would."""

    def __init__(self, server: TelegramServer) -> None:
        self.server = server
        self.ada = server.add_person("Ada")
        self._client = httpx2.Client(base_url=f"{server.url}/bot{server.token}/")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(self, method: str, files: dict[str, File] | None = None, **values: Any) -> Any:
        """Errors as their description, in Ada's chat unless `chat_id` is said."""
        values = {"chat_id": self.ada.id, **values}
        form = {name: one if isinstance(one, str) else json.dumps(one) for name, one in values.items()}
        parts = {name: (file.name, file.data) for name, file in (files or {}).items()}
        answer = self._client.post(method, data=form, files=parts).json()
        return answer["result"] if answer["ok"] else answer["description"]

    def problems(self) -> list[str]:
        return [problem for one in self.server.take_violations() for problem in one.problems]


@pytest.fixture
def caller(telegram_server: TelegramServer) -> Iterator[Caller]:
    with Caller(telegram_server) as caller:
        yield caller


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Go", **button}]]}


@pytest.mark.parametrize(
    ("method", "values", "problem"),
    [
        ("sendMesage", {}, "no method sendMesage"),
        ("sendMessage", {"txt": "hi"}, "text: missing"),
        ("sendMessage", {"text": "hi", "colour": "red"}, "colour: unknown parameter of sendMessage"),
        (
            "sendMessage",
            {"text": "hi", "protect_content": "perhaps"},
            "protect_content: 'perhaps' instead of Boolean",
        ),
        ("sendMessage", {"text": "x" * 4097}, "text: 4097 characters, at most 4096"),
        ("sendMessage", {"text": " "}, "text: empty"),
        (
            "sendMessage",
            {"text": "<b>hi", "parse_mode": "HTML"},
            'text: can\'t find end tag corresponding to start tag "b"',
        ),
        ("sendMessage", {"text": "<p>hi</p>", "parse_mode": "HTML"}, 'text: unsupported start tag "p"'),
        (
            "sendMessage",
            {"text": "hi", "reply_markup": keyboard(callback_data="ğ" * 33)},
            "reply_markup: callback_data of 66 bytes, 1 to 64",
        ),
        (
            "sendMessage",
            {"text": "hi", "reply_markup": keyboard()},
            "reply_markup: the button 'Go' does [], and must do one thing",
        ),
        (
            "sendMessage",
            {"text": "hi", "reply_markup": {"inline_keyboard": [[{"title": "Go"}]]}},
            "reply_markup.inline_keyboard.0.0.text: missing",
        ),
        ("sendPhoto", {"photo": "attach://me"}, "attach://me: no such file was sent"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}]}, "media: 1 in an album, 2 to 10"),
        (
            "editMessageMedia",
            {"message_id": 1, "media": {"type": "foto", "media": "x"}},
            "media.type: 'foto' is none of ['animation', 'audio', 'document', ",
        ),
        ("sendChatAction", {"action": "thinking"}, "action: 'thinking' is none of"),
        ("sendDice", {}, "sendDice is not played by the stand-in"),
    ],
)
def test_a_forbidden_call_is_refused_and_noted(
    caller: Caller, method: str, values: dict[str, Any], problem: str
) -> None:
    assert isinstance(caller.call(method, **values), str)
    assert any(one.startswith(problem) for one in caller.problems())
    assert caller.ada.private.messages == []


@pytest.mark.parametrize(
    ("method", "name", "file", "problem"),
    [
        ("sendPhoto", "photo", picture(5000, 5001), "photo: 5000x5001"),
        ("sendPhoto", "photo", picture(2, 41), "photo: 2x41"),
        ("sendPhoto", "photo", File("a.png", b"nothing"), "photo: no picture"),
        ("sendPhoto", "photo", File("a.png", bytes(10 * 1024 * 1024 + 1)), "photo: 10485761 bytes"),
        ("sendDocument", "document", File("a.bin", bytes(50 * 1024 * 1024 + 1)), "document: 52428801 bytes"),
        ("sendPhoto", "image", picture(), "image: a file that nothing names"),
    ],
    ids=["sides", "ratio", "no picture", "large photo", "large document", "wrong name"],
)
def test_a_forbidden_file_is_refused_and_noted(
    caller: Caller, method: str, name: str, file: File, problem: str
) -> None:
    assert "Bad Request" in caller.call(method, {name: file})
    assert caller.problems()[0].startswith(problem)


def test_a_caption_is_shorter_than_a_text(caller: Caller) -> None:
    assert caller.call("sendPhoto", {"photo": picture()}, caption="x" * 1024)["caption"]
    assert "caption is too long" in caller.call("sendPhoto", {"photo": picture()}, caption="x" * 1025)
    assert caller.problems() == ["caption: 1025 characters, at most 1024"]


def test_commands_are_checked(caller: Caller, http: httpx2.Client) -> None:
    caller.call("setMyCommands", chat_id="", commands=[{"command": "TryOn", "description": "x"}])
    assert caller.problems() == ["chat_id: unknown parameter of setMyCommands"]
    caller.ada.private.started = True
    body = {"commands": json.dumps([{"command": "TryOn", "description": ""}])}
    http.post(f"{caller.server.url}/bot{caller.server.token}/setMyCommands", data=body)
    assert caller.problems() == [
        "commands: 'TryOn' is not 1 to 32 of a-z, 0-9 and _",
        "commands: TryOn has a description of 0 characters",
    ]


def test_a_test_fails_at_its_end_if_anything_forbidden_was_sent() -> None:
    def misbehave() -> None:
        with running_telegram() as server, Caller(server) as caller:
            caller.call("sendMessage", text="hi", colour="red")

    with pytest.raises(AssertionError, match="colour: unknown parameter"):
        misbehave()


def test_a_file_id_is_good_for_the_same_kind_again(caller: Caller) -> None:
    photo = caller.call("sendPhoto", {"photo": picture()})["photo"][-1]["file_id"]
    document = caller.call("sendDocument", {"document": picture()})["document"]["file_id"]
    assert caller.call("sendPhoto", photo=photo)["photo"][-1]["file_id"] == photo
    assert caller.call("sendDocument", document=document)["document"]["file_id"] == document
    assert "can't use file of type Document" in caller.call("sendPhoto", photo=document)
    assert "wrong file identifier" in caller.call("sendPhoto", photo="unknown")


def test_messages_are_edited_as_telegram_lets_them_be(caller: Caller) -> None:
    text = caller.call("sendMessage", text="one", reply_markup=keyboard(callback_data="go"))["message_id"]
    photo = caller.call("sendPhoto", {"photo": picture()}, caption="one")["message_id"]
    theirs = caller.ada.sends("hello").id
    same = {"message_id": text, "text": "one", "reply_markup": keyboard(callback_data="go")}
    for method, values, said in (
        ("editMessageText", same, "message is not modified"),
        ("editMessageCaption", {"message_id": photo, "caption": "one"}, "message is not modified"),
        ("editMessageCaption", {"message_id": text, "caption": "x"}, "no caption in the message"),
        ("editMessageText", {"message_id": photo, "text": "x"}, "no text in the message"),
        ("editMessageText", {"message_id": theirs, "text": "x"}, "message can't be edited"),
        ("editMessageText", {"message_id": 99, "text": "x"}, "message to edit not found"),
        ("deleteMessage", {"message_id": 99}, "message to delete not found"),
        (
            "sendMessage",
            {"text": "x", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
    ):
        assert said in caller.call(method, **values)
    edited = caller.call("editMessageText", message_id=text, text="two")
    assert edited["text"] == "two"
    assert "reply_markup" not in edited
    media = {"type": "photo", "media": "attach://new", "caption": "three"}
    assert (
        caller.call("editMessageMedia", {"new": picture()}, message_id=text, media=media)["caption"]
        == "three"
    )


def test_who_may_be_written_to(caller: Caller) -> None:
    ben = caller.server.add_person("Ben", started=False)
    assert "can't initiate" in caller.call("sendMessage", chat_id=ben.id, text="hi")
    ben.sends("/start")
    assert caller.call("sendMessage", chat_id=ben.id, text="hi")["text"] == "hi"
    ben.blocks_bot()
    assert "blocked" in caller.call("sendMessage", chat_id=ben.id, text="hi")
    assert caller.call("sendMessage", chat_id=1, text="hi") == "Bad Request: chat not found"
    group = caller.server.add_group("Atelier", ben)
    ben.removes_bot(group)
    assert "kicked" in caller.call("sendMessage", chat_id=group.id, text="hi")
    ben.adds_bot(group)
    assert caller.call("sendMessage", chat_id=group.id, text="hi")["text"] == "hi"
    assert caller.call("leaveChat", chat_id=group.id) is True
    assert "kicked" in caller.call("sendMessage", chat_id=group.id, text="hi")


def test_every_answer_and_update_is_checked_against_the_description_too(
    caller: Caller, http: httpx2.Client
) -> None:
    ben = caller.server.add_person("Ben")
    group = caller.server.add_group("Atelier", caller.ada)
    caller.server.promote(group, caller.ada)
    ben.joins(group)
    ben.leaves(group)
    ben.edits(ben.sends_file(picture(), caption="x"), "y")
    for method, values in (
        ("getMe", {}),
        ("getWebhookInfo", {}),
        ("getChat", {"chat_id": group.id}),
        ("getChatAdministrators", {"chat_id": group.id}),
        ("getChatMemberCount", {"chat_id": group.id}),
        ("getChatMember", {"chat_id": group.id, "user_id": caller.ada.id}),
        ("getChatMember", {"chat_id": group.id, "user_id": ben.id}),
        ("pinChatMessage", {"message_id": 1}),
    ):
        known = {field["name"] for field in telegram_rules().methods[method].get("fields", ())}
        sent = {"chat_id": caller.ada.id, **values} if "chat_id" in known else values
        answer = http.post(f"{caller.server.url}/bot{caller.server.token}/{method}", json=sent).json()
        assert answer["ok"], answer
    assert caller.server.violations == []
