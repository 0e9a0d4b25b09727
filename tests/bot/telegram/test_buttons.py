"""What stands under a picture on Telegram, and what it does."""

from __future__ import annotations

from functools import partial

import pytest

from tests.bot.telegram.kit import Here, album

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_each_button_of_a_picture_does_what_it_says_after_a_restart_too(here: Here) -> None:
    here.welcome(here.ada)
    chat = here.ada.private
    here.server.limits.per_chat = (100, 1.0)
    with here.alive():
        answer = here.made_for(album(here.ada)[-1], here.ada)
    assert answer.labels == [
        *("Again", "Settings ...", "Repaint on"),
        *("Compare", "Another type ...", "Save garment ..."),
        "Swap the photos",
        *("Original size", "Delete"),
    ]
    with here.alive():
        here.ada.presses(answer, "Again").answered()
        again = here.wait_for_job(here.ada, 2)
        assert again.request.parent_id is not None
        here.ada.presses(answer, "Repaint on").answered()
        assert here.wait_for_job(here.ada, 3).request.options["repaint"] is True
        here.ada.presses(answer, "Another type ...").answered()
        here.wait_for_text(chat.messages[-1], "What kind of garment is it?")
        here.ada.presses(chat.messages[-1], "Dress").answered()
        assert here.wait_for_job(here.ada, 4).request.garment_type == "dresses"
        here.ada.presses(answer, "Original size").answered()
        here.server.wait(lambda: chat.messages[-1].document, what="the file")
        assert chat.messages[-1].file.data == here.worker.picture
        here.ada.presses(answer, "Compare").answered()
        here.server.wait(lambda: chat.messages[-1].album, what="an album of files")
        assert [one.file.name[2:-4] for one in chat.messages[-3:]] == ["person", "garment", "picture"]
        saved = here.ada.presses(answer, "Save garment ...").answered()
        assert "hangs in your wardrobe" in saved["text"]
        here.ada.presses(answer, "Delete").answered()
        here.server.wait(lambda: answer.deleted, what="the message to go")
    assert here.server.unanswered() == []


def test_what_no_button_of_ours_says_does_nothing(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    server = here.server
    with here.alive():
        answer = server.answer_to(here.ada.sends("/help"))
        for data in ("j:1", "j:x:again", "j:1:again:x:y", "j:1:dance", "case:give:1", "c:yes", "?"):
            server.serving.do(partial(server.press, here.ada.user, answer, data))
        server.wait(lambda: not server.unanswered(), what="an answer to each")
    assert "turn_failed" not in caplog.text
    assert not here.jobs(here.ada)
