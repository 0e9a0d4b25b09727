"""From photos to the picture, as a member sees it on Telegram."""

from __future__ import annotations

from tests.bot.telegram.kit import ME, SHIRT, File, Here, album, on_both
from tests.standins.telegram.rules import Json

pytestmark = on_both


def test_the_first_time_the_terms_are_shown_and_then_the_request_goes_on_by_itself(here: Here) -> None:
    with here.alive():
        asked = album(here.ada)[0]
        terms = here.server.answer_to(asked)
        here.wait_for_text(terms, "18 or older")
        assert not list(here.store.stored())
        here.ada.presses(terms, "I agree").answered()
        here.wait_for_text(terms, "Thank you.")
        placeholder = here.server.answer_to(terms)
        here.wait_for_text(placeholder, "Your picture is next.")
        here.worker.make()
        here.wait_for_photo(placeholder)
    assert placeholder.caption.startswith("Made by AI from your photos. Seed ")
    assert len(here.bots(here.ada.private)) == 2


def test_a_reply_to_a_photo_with_a_photo_is_a_request_in_a_group(here: Here) -> None:
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada, here.ben)
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        asked = here.ada.sends_photo(SHIRT, group, caption="/tryon dress 7", reply_to=first)
        answer = here.made_for(asked, here.ada)
        assert answer.reply_to is asked
        assert answer.caption == "Made by AI from your photos. Seed 7."
        assert "Report ..." in answer.labels
    assert here.jobs(here.ada)[0].request.garment_type == "dresses"


def test_files_count_as_photos_and_the_guess_is_told_and_can_be_turned_round(here: Here) -> None:
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada)
    with here.alive():
        first = here.ada.sends_file(ME, group)
        asked = here.ada.sends_file(SHIRT, group, caption="/tryon", reply_to=first)
        placeholder = here.server.answer_to(asked)
        here.wait_for_text(placeholder, "I take the first photo for the person")
        here.ada.presses(placeholder, "Swap the photos").answered()
        after = here.wait_for_job(here.ada, 2)
        before = here.jobs(here.ada)[1]
        here.wait_for_text(placeholder, "Cancelled.")
    assert before.request.source_key == after.request.reference_key
    assert before.request.reference_key == after.request.source_key


def test_a_file_that_is_no_photo_is_told_in_the_placeholders_place(here: Here) -> None:
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada)
    with here.alive():
        first = here.ada.sends_file(File("shirt.jpg", b"hello"), group)
        answer = here.server.answer_to(here.ada.sends_photo(ME, group, caption="/tryon", reply_to=first))
        here.wait_for_text(answer, "I cannot read this file as a picture.")
    assert len(here.bots(group)) == 1
    assert not here.jobs(here.ada)


def test_a_file_that_is_too_large_is_not_even_fetched(here: Here) -> None:
    here.office = here.office.with_settings(max_picture_mb=1)
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada)
    with here.alive():
        first = here.ada.sends_file(File("me.jpg", ME.data + b"\x00" * 1_000_000), group)
        answer = here.server.answer_to(here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first))
        here.wait_for_text(answer, "too large")
    assert here.server.requests("getFile") == []


def test_an_update_that_comes_twice_is_one_job_and_one_message(here: Here) -> None:
    here.welcome(here.ada)
    group = here.server.add_group("Atelier", here.ada)
    with here.alive():
        first = here.ada.sends_photo(ME, group)
        here.ada.sends_photo(SHIRT, group, caption="/tryon", reply_to=first)
        here.wait_for_job(here.ada)
        update = here.server.updates
        told = here.server.requests("getUpdates")
        again = next(one for exchange in told for one in exchange.answer["result"] if _replies(one))
        here.server.serving.do(lambda: update.add("message", again["message"]))
        here.server.wait(lambda: here.server.requests("deleteMessage"), what="the second placeholder to go")
    assert len(here.jobs(here.ada)) == 1
    assert len(here.bots(group)) == 1


def test_two_photos_one_after_the_other_are_a_request_a_restart_between_them_too(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        hint = here.server.answer_to(here.ada.sends_photo(SHIRT))
        here.wait_for_text(hint, "Now send me the other one.")
    with here.alive():
        asked = here.ada.sends_photo(ME, caption="/tryon dress")
        answer = here.made_for(asked, here.ada)
        assert "Made by AI" in answer.caption
        here.wait_for_text(here.server.answer_to(here.ada.sends_photo(ME)), "Now send me the other one.")
    (job,) = here.jobs(here.ada)
    assert job.request.garment_type == "dresses"
    assert job.request.address["guessed"] == "2 1", "the garment came first"


def test_one_photo_of_somebody_who_has_not_agreed_waits_for_that(here: Here) -> None:
    with here.alive():
        terms = here.server.answer_to(here.ada.sends_photo(ME))
        here.wait_for_text(terms, "18 or older")
        assert not list(here.store.stored())
        here.ada.presses(terms, "I agree").answered()
        here.wait_for_text(here.server.answer_to(terms), "Now send me the other one.")
        here.made_for(here.ada.sends_photo(SHIRT), here.ada)


def test_two_photos_of_somebody_who_has_not_agreed_are_one_request_when_they_do(here: Here) -> None:
    with here.alive():
        here.server.answer_to(here.ada.sends_photo(ME))
        terms = here.server.answer_to(here.ada.sends_photo(SHIRT))
        assert not list(here.store.stored())
    with here.alive():
        here.ada.presses(terms, "I agree").answered()
        job = here.wait_for_job(here.ada)
    assert job.request.address["guessed"] == "1 2"
    assert len(here.jobs(here.ada)) == 1


def test_what_waited_is_not_put_to_photos_of_a_later_request(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        here.wait_for_text(here.server.answer_to(here.ada.sends_photo(ME)), "Now send me the other one.")
        here.made_for(album(here.ada)[-1], here.ada)
        here.wait_for_text(here.server.answer_to(here.ada.sends_photo(SHIRT)), "Now send me the other one.")
    assert len(here.jobs(here.ada)) == 1


def _replies(update: Json) -> bool:
    return "reply_to_message" in update.get("message", {})
