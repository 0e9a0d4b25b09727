"""What stands under a picture on Telegram, and what it does."""

from __future__ import annotations

from functools import partial

import pytest

from tasks.records import JobState
from tests.bot.telegram.kit import ME, SHIRT, Here, album

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_each_button_of_a_picture_does_what_it_says_after_a_restart_too(here: Here) -> None:
    here.welcome(here.ada)
    chat = here.ada.private
    here.server.limits.per_chat = (100, 1.0)
    with here.alive():
        answer = here.made_for(album(here.ada)[-1], here.ada)
    assert answer.labels == [
        *("Again", "Repaint on", "Swap the photos"),
        *("Compare", "Another type ...", "Save garment ..."),
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
        assert saved["text"].startswith("Saved as")
        here.ada.presses(answer, "Delete").answered()
        here.server.wait(lambda: answer.deleted, what="the message to go")
    assert here.server.unanswered() == []


def test_nobody_else_may_press_what_is_not_theirs_but_may_report(here: Here) -> None:
    here.welcome(here.ada, here.ben)
    group = here.server.add_group("Atelier", here.ada, here.ben)
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        asked = here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first)
        answer = here.made_for(asked, here.ada)
        for button in ("Again", "Original size", "Delete", "Compare"):
            told = here.ben.presses(answer, button).answered()
            assert "somebody else's" in told["text"]
            assert told["show_alert"]
        assert "The moderators will look at it" in here.ben.presses(answer, "Report ...").answered()["text"]
        assert "is your own" in here.ada.presses(answer, "Report ...").answered()["text"]
    assert not answer.deleted
    assert len(here.jobs(here.ada)) == 1


def test_an_administrator_may_delete_what_is_of_a_member_who_is_told(here: Here) -> None:
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada, here.ben)
    here.server.promote(group, here.ben)
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        asked = here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first)
        answer = here.made_for(asked, here.ada)
        here.ben.presses(answer, "Delete").answered()
        here.server.wait(lambda: answer.deleted, what="the message to go")
        here.server.wait(lambda: here.bots(here.ada.private), 10, "the notice")
        notice = here.bots(here.ada.private)[-1]
        assert "Moderators have removed your picture number 1." in notice.text
        here.ada.presses(notice, "Object ...").answered()
        here.ada.sends("/appeal 1 that was a nice shirt")
        here.server.wait(lambda: "you will hear from me" in here.ada.private.messages[-1].text)
    assert here.jobs(here.ada)[0].error_code == "removed"


def test_a_waiting_picture_can_be_cancelled(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        asked = album(here.ada)[-1]
        here.wait_for_job(here.ada)
        placeholder = here.server.answer_to(asked)
        here.wait_for_text(placeholder, "Your picture is next.")
        here.ada.presses(placeholder, "Cancel").answered()
        here.wait_for_text(placeholder, "Cancelled. It cost you nothing.")
    assert placeholder.labels == []
    assert here.jobs(here.ada)[0].state is JobState.CANCELLED


def test_what_no_button_of_ours_says_does_nothing(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    server = here.server
    with here.alive():
        answer = server.answer_to(here.ada.sends("/help"))
        for data in ("j:1", "j:x:again", "j:1:again:x:y", "j:1:dance", "case:give:1", "c:yes", "?"):
            server.serving.do(partial(server.press, here.ada.user, answer, data))
        server.wait(lambda: not server.unanswered(), what="an answer to each")
    assert "turn_failed" not in caplog.text
    assert not here.jobs(here.ada)
