"""A real python-telegram-bot and people, over real HTTP."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.standins.files import File, picture
from tests.standins.telegram.people import NotOffered
from tests.standins.telegram.server import TelegramServer
from tests.standins.telegram.tiny import living


def test_a_photo_with_a_command_is_answered_by_a_message_that_becomes_a_picture(
    telegram_server: TelegramServer,
) -> None:
    ada = telegram_server.add_person("Ada", "tr")
    photo = picture(300, 400, name="me.jpg", format="JPEG")
    with living(telegram_server):
        answer = telegram_server.answer_to(ada.sends_photo(photo, caption="/tryon shirt"))
        telegram_server.wait(lambda: answer.photo, what="the picture")
        assert (answer.text, answer.caption, answer.labels) == ("", "Done", ["Again"])
        assert answer.file.pixels == (300, 400)
        assert ada.private.actions == ["upload_photo"]
        pressed = ada.presses(answer, "Again")
        assert pressed.answered() == {"text": "Once more", "show_alert": True}
        telegram_server.wait(lambda: answer.caption == "again:7", what="the new caption")
        assert telegram_server.unanswered() == []
    with living(telegram_server):
        # The same caption and buttons once more: "message is not modified".
        ada.presses(answer, "Again").answered()
        edit = telegram_server.wait(lambda: telegram_server.requests("editMessageCaption")[1:])[0]
    assert "message is not modified" in edit.answer["description"]


def test_text_is_read_with_its_tags(telegram_server: TelegramServer) -> None:
    ada = telegram_server.add_person("Ada")
    with living(telegram_server):
        answer = telegram_server.answer_to(ada.sends("/start"))
    assert answer.text == "Hello & welcome"
    assert answer.entities == [{"type": "bold", "offset": 0, "length": 5}]


def test_photos_are_written_anew_in_sizes_and_files_are_left_alone(telegram_server: TelegramServer) -> None:
    ada = telegram_server.add_person("Ada")
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (1500, 1000), "red").save(out, "JPEG", exif=exif)
    file = File("me.jpg", out.getvalue())
    photo = ada.sends_photo(file)
    assert [size.pixels for size in photo.photo] == [(60, 90), (213, 320), (533, 800), (853, 1280)]
    with Image.open(io.BytesIO(photo.file.data)) as image:
        assert dict(image.getexif()) == {}
    assert ada.sends_file(file).file.data == file.data


def test_an_album_arrives_as_single_messages_with_one_id(telegram_server: TelegramServer) -> None:
    ada = telegram_server.add_person("Ada")
    with living(telegram_server) as heard:
        ada.sends_album([picture(), picture(colour="red")], caption="person and garment")
        telegram_server.wait(lambda: len(heard) == 2)
        asked = ada.sends("/album")
        telegram_server.wait(lambda: len(ada.private.messages) == 6, what="an album and a file")
    assert {message.media_group_id for message in heard[:2]} == {ada.private.messages[0].album}
    assert [message.caption for message in heard[:2]] == ["person and garment", None]
    red, green, file = (one for one in ada.private.messages if one.id > asked.id)
    assert red.album == green.album != ""
    assert (file.file.name, file.caption) == ("full.png", "As a file")


def test_in_groups_a_bot_hears_only_what_is_meant_for_it(telegram_server: TelegramServer) -> None:
    ada = telegram_server.add_person("Ada")
    group = telegram_server.add_group("Atelier", ada)
    with living(telegram_server) as heard:
        ada.sends("good morning", group)
        ada.sends("/start@another_bot", group)
        ada.sends_photo(picture(), group)
        answer = telegram_server.answer_to(ada.sends("/start@giydir_test_bot", group))
        ada.replies(answer, "thanks")
        ada.sends("hey @giydir_test_bot", group)
        telegram_server.wait(lambda: len(heard) == 3)
        assert [message.text for message in heard] == [
            "/start@giydir_test_bot",
            "thanks",
            "hey @giydir_test_bot",
        ]
        telegram_server.promote(group)
        ada.sends("now it hears all", group)
        telegram_server.wait(lambda: len(heard) == 4)
    assert ada.commands(group) == ["tryon"]
    assert ada.commands() == []


def test_flood_control_answers_429_and_the_bot_waits(telegram_server: TelegramServer) -> None:
    ada = telegram_server.add_person("Ada")
    telegram_server.limits.per_chat = (2, 2.0)
    with living(telegram_server):
        ada.sends("/count")
        telegram_server.wait(lambda: len(ada.private.messages) == 4, what="three numbers")
    assert [one.status for one in telegram_server.requests("sendMessage")] == [200, 200, 429, 200]
    assert telegram_server.requests("sendMessage")[2].answer["parameters"]["retry_after"] in (1, 2)
    assert telegram_server.limits.disobeyed == []


def test_a_person_without_the_message_cannot_press_its_button(telegram_server: TelegramServer) -> None:
    ada, ben = telegram_server.add_person("Ada"), telegram_server.add_person("Ben")
    with living(telegram_server):
        answer = telegram_server.answer_to(ada.sends_photo(picture(), caption="/tryon"))
        telegram_server.wait(lambda: answer.labels)
    with pytest.raises(NotOffered, match="not seen"):
        ben.presses(answer, "Again")
    with pytest.raises(NotOffered, match="no button 'Stop'"):
        ada.presses(answer, "Stop")
