"""A command alone, and the photos after it."""

from __future__ import annotations

import pytest

from tasks.records import Control
from tests.bot.telegram.kit import ME, SHIRT, Here, album, on_both
from tests.standins.telegram.state import Chat, Message

pytestmark = on_both


def asked_for(here: Here, said: Message, part: str) -> Message:
    answer = here.server.answer_to(said)
    here.wait_for_text(answer, part)
    return answer


def test_a_pose_is_asked_for_photo_by_photo_a_restart_between_them_too(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        asked_for(here, here.ada.sends("/pose 7"), "and then one of somebody in the pose")
    with here.alive():
        asked_for(here, here.ada.sends_photo(ME), "somebody in the pose that you want")
        here.ada.sends_photo(SHIRT)
        job = here.wait_for_job(here.ada)
        assert (job.request.control, job.request.options["seed"]) == (Control.POSE, 7)
        asked_for(here, here.ada.sends_photo(ME), "That is one photo.")


@pytest.mark.slow
def test_what_was_said_before_an_album_holds_for_it(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        asked_for(here, here.ada.sends("/tryon trousers"), "as an album or one after the other")
        album(here.ada)
        assert here.wait_for_job(here.ada).request.garment_type == "lower_body"
        album(here.ada)
        assert here.wait_for_job(here.ada, 2).request.garment_type == "upper_body"


def test_with_a_saved_photo_only_the_garment_is_asked_for(here: Here) -> None:
    here.welcome(here.ada)
    with here.alive():
        here.server.answer_to(here.ada.sends_photo(ME, caption="/me"))
        asked_for(here, here.ada.sends("/tryon dress"), "Now send me a photo of the garment.")
        here.ada.sends_photo(SHIRT)
        assert here.wait_for_job(here.ada).request.garment_type == "dresses"


def test_in_a_group_photos_answer_the_bot_and_the_terms_come_between(here: Here) -> None:
    group: Chat = here.server.add_group("Atelier", here.ada, here.ben)
    with here.alive():
        question = asked_for(here, here.ada.sends("/tryon dress", group), "with a photo of yourself")
        terms = here.reply_to(here.ada.sends_photo(ME, group, reply_to=question))
        # Nobody asked him.
        here.ben.sends_photo(ME, group, reply_to=question)
        here.ada.presses(terms, "I agree").answered()
        another = here.server.wait(
            lambda: next((one for one in here.bots(group) if "the other one" in one.words), None), 20
        )
        placeholder = here.reply_to(here.ada.sends_photo(SHIRT, group, reply_to=another))
        job = here.wait_for_job(here.ada)
        here.worker.make()
        here.wait_for_photo(placeholder)
    assert job.request.garment_type == "dresses"
    said = [one.reply_to for one in here.bots(group) if one.reply_to]
    assert [one.sender for one in said] == [here.ada.user] * len(said), "nobody asked him"
